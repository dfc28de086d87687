/* SPDX-License-Identifier: GPL-3.0-or-later
 * What happened, line by line, in the words of the console. */
const MOST = 2000; /* lines that are kept */
const WIDE = 40; /* characters of a line that may not fit */

export function element(tag, className, text) {
	const made = document.createElement(tag);

	if (className)
		made.className = className;
	if (text !== undefined)
		made.textContent = text;
	return made;
}

/* A region that shows its end until somebody scrolls away from it, whatever is added and however large it becomes. */
export class Follower {
	constructor(section) {
		this.body = section.querySelector('.body');
		this.button = section.querySelector('.latest');
		this.follows = true;
		this.due = false;
		this.top = 0; /* as it was scrolled last */
		this.body.addEventListener('scroll', () => this.look());
		this.button.addEventListener('click', () => {
			this.follows = true;
			this.button.hidden = true;
			this.follow();
		});
		new ResizeObserver(() => this.follow()).observe(this.body);
	}

	/* Only going up leaves the end: what comes below it does not. */
	look() {
		const { scrollHeight, scrollTop, clientHeight } = this.body;

		if (scrollHeight - scrollTop - clientHeight < 40)
			this.follows = true;
		else if (scrollTop < this.top)
			this.follows = false;
		this.top = scrollTop;
		this.button.hidden = this.follows;
	}

	follow() {
		if (!this.follows || this.due)
			return;
		this.due = true;
		setTimeout(() => {
			this.due = false;
			if (this.follows)
				this.body.scrollTop = this.body.scrollHeight;
		}, 0);
	}
}

export class Story {
	/* wide: where lines are shown that are longer than the story is wide. */
	constructor(section, wide) {
		this.list = section.querySelector('ol');
		this.wide = wide;
		this.follower = new Follower(section);
		this.packets = new Map(); /* lines of packets by number */
		this.last = null; /* the last line, and its event */
		this.gapLine = null;
		this.repeats = null; /* the line that counts them */
		wide.querySelector('.away').addEventListener('click', () => wide.close());
	}

	add(event, what = event.what) {
		const line = element('li', event.k), time = element('span', 'time', (event.t / 1000).toFixed(1));

		line.dataset.n = event.n;
		line.dataset.cause = event.c ?? 0;
		line.append(time, element('span', 'who', event.who ?? ''), element('span', 'what', what ?? ''));
		if (event.why)
			line.append(element('span', 'why', event.why));
		this.put(line);
		this.last = { event, line };
		return line;
	}

	put(line) {
		this.gapLine = null;
		this.list.append(line);
		while (this.list.childElementCount > MOST)
			this.list.firstElementChild.remove();
		this.follower.follow();
	}

	mark(line, className, words) {
		line.querySelector('.what').append(' ', element('span', `badge ${className}`, words));
		this.follower.follow();
	}

	/* How many were not told, in one line however many gaps there are. */
	gap(count) {
		const line = this.gapLine ?? element('li', 'gap');

		line.dataset.count = Number(line.dataset.count ?? 0) + count;
		line.textContent = `${Number(line.dataset.count).toLocaleString('en')} packets and calls are not told here`;
		if (!this.gapLine)
			this.put(line);
		this.gapLine = line;
	}

	/* What is sent again while a recipe waits for its reader, and dropped: one line for all of it. */
	fold(event) {
		const packet = this.packets.get(event.s);

		if (packet) {
			this.list.querySelector(`.timer[data-n="${packet.dataset.cause}"]`)?.remove();
			packet.remove();
			this.packets.delete(event.s);
		}
		this.repeats ??= this.add({ ...event, k: 'note', who: '', why: '' }, '');
		this.repeats.dataset.count = Number(this.repeats.dataset.count ?? 0) + 1;
		this.repeats.querySelector('.what').textContent = this.repeats.dataset.count === '1'
			? '1 repeat of what is held was dropped'
			: `${this.repeats.dataset.count} repeats of what is held were dropped`;
	}

	/* An answer of ss, help, ladder: its lines are not broken, and long ones can be had in full. */
	output(event) {
		const line = this.add(event), button = element('button', 'more', 'wide');

		if (event.what?.split('\n').some((one) => one.length > WIDE))
			line.append(button);
		button.type = 'button';
		button.addEventListener('click', () => {
			this.wide.querySelector('pre').textContent = event.what;
			this.wide.showModal();
		});
	}

	/* What belongs to a line that is there. */
	joins(event) {
		const last = this.last;

		if (event.k === 'return' && last?.event.k === 'call' && last.event.n === event.of) {
			last.line.querySelector('.what').textContent = event.what;
			last.line.className = event.k;
			last.line.dataset.n = event.n;
			return true;
		}
		if (event.k === 'expectation' && event.ok && last?.event.k === 'command') {
			this.mark(last.line, 'good', '✓');
			return true;
		}
		if (event.k === 'held' && this.packets.has(event.s)) {
			this.mark(this.packets.get(event.s), 'held', 'held');
			return true;
		}
		return event.k === 'delivered' && event.what === 'delivered';
	}

	take(event) {
		if (event.quiet)
			return;
		if (event.k === 'dropped' && event.repeat) {
			this.fold(event);
			return;
		}
		if (['command', 'question', 'prediction', 'observation'].includes(event.k))
			this.repeats = null;
		if (this.joins(event))
			return;
		switch (event.k) {
		case 'command':
			this.add(event, `${event.file === '<page>' ? 'page' : ''}> ${event.what}`);
			break;
		case 'expectation':
			this.add(event, event.ok ? `as expected: ${event.what}` : `not as expected: ${event.what}`)
				.classList.add(event.ok ? 'good' : 'bad');
			break;
		case 'error':
			this.add(event, `error: ${event.what}${event.try ? `\n  try: ${event.try}` : ''}`);
			break;
		case 'output':
			this.output(event);
			break;
		case 'segment':
		case 'copy':
		case 'forged':
			this.packets.set(event.s, this.add(event));
			if (this.packets.size > MOST)
				this.packets.delete(this.packets.keys().next().value);
			break;
		default:
			this.add(event);
		}
	}
}
