/* SPDX-License-Identifier: GPL-3.0-or-later
 * What happened, line by line, in the words of the console. */
const MOST = 2000; /* lines that are kept */

export function element(tag, className, text) {
	const made = document.createElement(tag);

	if (className)
		made.className = className;
	if (text !== undefined)
		made.textContent = text;
	return made;
}

/* A region that shows its end as long as nobody has scrolled away from it. */
export class Follower {
	constructor(section) {
		this.body = section.querySelector('.body');
		this.button = section.querySelector('.latest');
		this.follows = true;
		this.due = false;
		this.body.addEventListener('scroll', () => {
			this.follows = this.body.scrollHeight - this.body.scrollTop - this.body.clientHeight < 40;
			this.button.hidden = this.follows;
		});
		this.button.addEventListener('click', () => {
			this.follows = true;
			this.follow();
		});
	}

	follow() {
		if (!this.follows || this.due)
			return;
		this.due = true;
		setTimeout(() => {
			this.due = false;
			this.body.scrollTop = this.body.scrollHeight;
		}, 0);
	}
}

export class Story {
	constructor(section) {
		this.list = section.querySelector('ol');
		this.follower = new Follower(section);
		this.packets = new Map(); /* lines of packets by number */
		this.last = null; /* the last line, and its event */
		this.gapLine = null;
	}

	add(event, what = event.what) {
		const line = element('li', event.k), time = element('span', 'time', (event.t / 1000).toFixed(1));

		line.dataset.n = event.n;
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
