/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a recipe asks (`predict`): large, with what may be answered, so that a class can vote; then what was said beside
 * what the kernel did, and why. It stays until the next one, until it is put away, or until the recipe goes on after it
 * has been talked about. */
import { element } from './story.js';

const TALKED_US = 20e6; /* what comes so long behind an observation is about something else */

export class Question {
	/* line: where whoever may answer types, with its label. */
	constructor(section, line, label) {
		this.section = section;
		this.body = section.querySelector('.body');
		this.line = line;
		this.label = label;
		this.usual = [label.textContent, line.placeholder];
		this.asked = null; /* the event */
		this.seen = 0; /* when the kernel's answer came; 0 = not yet */
		section.querySelector('.away').addEventListener('click', () => this.away());
	}

	away() {
		this.section.hidden = true;
	}

	/* waits: what is typed now is an answer. */
	await(waits) {
		this.section.classList.toggle('waits', waits);
		[this.label.textContent, this.line.placeholder] = waits
			? ['prediction>', 'your answer; pass: I don\u2019t know'] : this.usual;
	}

	/* A line that may be broken between its words only: FIN-WAIT-1 is one. */
	unbroken(line) {
		const made = element('li');

		for (const word of line.split(/(\s+)/))
			made.append(/^\s/.test(word) ? (word.includes('\n') ? ' ' : word) : element('span', '', word));
		return made;
	}

	ask(event) {
		const answers = element('ul', 'answers'), numbered = /^\d/.test(event.answers);

		for (const line of numbered ? event.answers.split('\n') : [event.answers])
			answers.append(this.unbroken(line));
		const now = element('div'), before = element('aside');

		this.asked = event;
		this.note = element('p', 'note');
		now.append(element('p', 'ask', event.ask), answers, this.note);
		this.body.replaceChildren(now);
		/* a recipe may ask again at once: what came of the last one stays beside it */
		if (this.seen && !this.section.hidden) {
			before.append(...this.told);
			this.body.append(before);
		}
		this.seen = 0;
		this.section.hidden = false;
		this.body.scrollTop = 0;
		this.await(true);
	}

	lock(event) {
		this.note.textContent = event.said ? `locked: ${event.said}` : 'not answered';
		this.await(false);
	}

	tell(event) {
		const list = element('dl', 'result'), verdict = element('span', event.ok ? 'good' : 'bad', event.verdict);
		const is = element('dd', 'is', event.is);

		is.append(' ', verdict);
		if (event.said)
			list.append(element('dt', '', 'you said'), element('dd', 'said', event.said));
		list.append(element('dt', '', 'it is'), is);
		if (event.chain)
			list.append(element('dt', '', 'because'), element('dd', 'chain', event.chain.trimEnd()));
		this.told = [element('p', 'ask', this.asked.ask), list];
		this.body.replaceChildren(...this.told);
		this.seen = event.t;
		this.await(false);
	}

	take(event) {
		if (event.k === 'question')
			this.ask(event);
		else if (event.k === 'recipe' || (event.k === 'command' && this.seen && event.t > this.seen + TALKED_US))
			this.away();
		else if (!this.asked)
			return;
		else if (event.k === 'prediction' && event.of === this.asked.n)
			this.lock(event);
		else if (event.k === 'observation' && event.of === this.asked.n)
			this.tell(event);
		else if (event.k === 'note' && event.c === this.asked.n)
			this.note.textContent = event.what;
	}
}
