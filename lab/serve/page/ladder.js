/* SPDX-License-Identifier: GPL-3.0-or-later
 * The last packets as a ladder: a lifeline for each socket that talked (a listener and what it accepted are one), time
 * downwards, an arrow from where a packet left to where it arrived. Rows are in order, not to scale. Line and words tell
 * what became of a packet; colour only says it again. */
import { Follower } from './story.js';
import { stateClass } from './table.js';
import { svg } from './diagram.js';

const MOST = 120; /* rows that are kept */
const ROW = 27, KEPT = 6, LINE = 16, SLANT = 9, HEAD = 26;
const BETWEEN = 210; /* lifelines need so much, */
const WORDS = 320; /* and may have so much before what is beside them gets more */
const NARROW = 520; /* a phone, held upright */
const CHAR = 7.25; /* width of a character of an arrow's words, */
const SMALL = 6.7; /* and of a time */

/* Not within a word: of a number that would make another. */
function cut(text, most) {
	return text.length <= most ? text : `${text.slice(0, Math.max(0, text.lastIndexOf(' ', most - 1)))}…`;
}

function wrap(text, most) {
	const lines = [''];

	for (const word of text.split(/\s+/)) {
		const last = lines.length - 1;

		if (lines[last] && lines[last].length + word.length >= most)
			lines.push(word);
		else
			lines[last] += (lines[last] ? ' ' : '') + word;
	}
	return lines;
}

export class Ladder {
	constructor(section) {
		this.follower = new Follower(section);
		this.body = section.querySelector('.body');
		this.rows = [];
		this.packets = new Map(); /* arrows by number */
		this.calls = new Map(); /* rows of calls by event */
		this.names = new Map(); /* lifelines by name, */
		this.endpoints = new Map(); /* and by the lab's number of the socket */
		this.seen = 0; /* lifelines so far, */
		this.turns = 0; /* and how often one of them talked */
		this.time = 0; /* how wide the times are */
		this.due = false;
		new ResizeObserver(() => this.schedule()).observe(this.body);
	}

	/* ---- who there is ---- */

	lifeline(name, endpoint) {
		const base = name.includes('/') ? name.slice(0, name.indexOf('/')) : name;
		let life = this.endpoints.get(endpoint) ?? this.names.get(name) ?? this.names.get(base);

		if (!life) {
			life = { turn: Infinity, seen: this.seen++, names: [], pending: [] };
			this.names.set(base, life);
		}
		this.names.set(name, life);
		if (endpoint !== undefined)
			this.endpoints.set(endpoint, life);
		if (!name.includes('/') && !life.names.includes(name))
			life.names.push(name);
		return life;
	}

	/* ---- what happens ---- */

	add(event, row) {
		this.rows.push({ t: event.t, n: event.n, c: event.c, ...row });
		while (this.rows.length > MOST)
			this.rows.shift();
		this.schedule();
		return this.rows[this.rows.length - 1];
	}

	take(event) {
		switch (event.k) {
		case 'socket':
			if (event.name)
				this.lifeline(event.name, event.e);
			break;
		case 'state':
			if (event.name)
				this.takeState(event);
			break;
		case 'segment':
		case 'copy':
		case 'forged':
			this.takePacket(event);
			break;
		case 'held':
		case 'delayed':
		case 'dropped':
		case 'delivered':
			this.takeFate(event);
			break;
		case 'call':
			if (event.on && this.names.has(event.on))
				this.calls.set(event.n, this.add(event, { kind: 'call', life: this.names.get(event.on),
					text: event.brief }));
			break;
		case 'return':
			this.takeReturn(event);
			break;
		case 'timer':
			if (event.who && this.names.has(event.who))
				this.add(event, { kind: 'call', life: this.names.get(event.who), text: event.brief });
			break;
		case 'say':
			this.add(event, { kind: 'say', text: event.what });
		}
	}

	takeState(event) {
		const life = this.lifeline(event.name, event.e);

		if (event.from || event.to !== 'CLOSED') /* not what socket() gives */
			this.add(event, { kind: 'state', life, state: event.to,
				text: life.names.length > 1 || event.name.includes('/') ? `${event.name} ${event.to}` : event.to });
	}

	takePacket(event) {
		const from = this.lifeline(event.from ?? '?'), to = this.lifeline(event.to ?? '?');

		for (const life of [from, to])
			life.turn = Math.min(life.turn, this.turns++);

		this.packets.set(event.s, this.add(event, { kind: 'packet', from, to, s: event.s,
			head: `#${event.s} ${event.head}`, tail: event.tail ?? '', again: event.again, made: event.k,
			fate: 'wire' }));
		if (this.packets.size > 2 * MOST)
			this.packets.delete(this.packets.keys().next().value);
	}

	takeFate(event) {
		const packet = this.packets.get(event.s);

		if (!packet)
			return;
		this.schedule();
		if (event.repeat) { /* nothing of it is to be seen: the story says how many there were */
			this.rows = this.rows.filter((row) => row !== packet && row.n !== packet.c);
			this.packets.delete(event.s);
			return;
		}
		if (event.k === 'held' || event.k === 'delayed') {
			packet.kept = event.k;
			return;
		}
		packet.fate = event.k === 'dropped' ? 'lost' : 'delivered';
		packet.note = event.k === 'dropped' ? event.what : '';
		/* what nothing came between arrives in its own row */
		if (this.rows[this.rows.length - 1] !== packet)
			packet.end = this.add(event, { kind: 'end', packet });
	}

	takeReturn(event) {
		const call = this.calls.get(event.of);

		this.calls.delete(event.of);
		if (call && this.rows[this.rows.length - 1] === call) {
			call.text += ` = ${event.brief}`;
			this.schedule();
		} else if (event.on && (call || this.names.has(event.on))) {
			this.add(event, { kind: 'call', life: call?.life ?? this.names.get(event.on),
				text: `${call?.text ?? ''} = ${event.brief}` });
		}
	}

	/* The lab begins anew, and so do the numbers of sockets. */
	reset() {
		this.names.clear();
		this.endpoints.clear();
		this.gap();
		this.schedule();
	}

	gap() {
		this.rows = [];
		this.packets.clear();
		this.calls.clear();
	}

	/* ---- drawing ---- */

	schedule() {
		if (this.due)
			return;
		this.due = true;
		setTimeout(() => {
			this.due = false;
			this.draw();
		}, 30);
	}

	/* Those who did something lately, as many as there is room for; who talked first at the left, as at the prompt. */
	choose(width) {
		const most = Math.max(2, Math.min(6, Math.floor(width / BETWEEN))), chosen = new Set();

		for (const row of [...this.rows].reverse()) {
			for (const life of [row.from, row.to, row.kind === 'state' ? row.life : null]) {
				if (life && chosen.size < most)
					chosen.add(life);
			}
		}
		return [...chosen].sort((a, b) => (a.turn === b.turn ? a.seen - b.seen : a.turn - b.turn));
	}

	/* How much room there is to be beside an outer lifeline: for its calls, and half of its states. */
	side(life, rows) {
		let need = 58;

		for (const row of rows) {
			if (row.life === life)
				need = Math.max(need, row.kind === 'call' ? row.text.length * CHAR + 15
					: row.kind === 'state' ? row.text.length * 3.7 + 14 : 0);
		}
		return need;
	}

	place(lives, rows, width) {
		const one = lives.length === 1, narrow = width < NARROW;
		const words = Math.max(0, ...rows.map((row) => (row.kind === 'packet' ? row.head.length + this.tail(row).length : 0)));
		const between = Math.max(BETWEEN, Math.min(WORDS, words * CHAR + 24)) * (lives.length - 1);
		const most = narrow ? 58 : Math.max(58, (width - this.time - between) / 2);
		const left = this.time + Math.min(most, this.side(lives[0], rows));
		const right = width - Math.min(most, one ? 190 : this.side(lives[lives.length - 1], rows));
		const gap = one ? 220 : (right - left) / (lives.length - 1);

		lives.forEach((life, index) => {
			life.x = one ? left + (right - left) * (narrow ? 0 : 0.35) : left + gap * index;
			life.gap = gap;
			life.index = index;
			life.last = index === lives.length - 1 && !one;
		});
	}

	draw() {
		const { paddingLeft, paddingRight } = getComputedStyle(this.body);
		const width = Math.max(300, Math.floor(this.body.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)));
		const lives = this.choose(width), shown = new Set(lives);
		let y = ROW;

		if (lives.length === 0 || this.body.clientWidth === 0)
			return;
		const rows = this.rows.filter((row) => row.kind === 'say' || (row.life ? shown.has(row.life)
			: shown.has((row.packet ?? row).from) && shown.has((row.packet ?? row).to)));
		this.time = Math.max(58, ...rows.map((row) => (row.t / 1000).toFixed(1).length * SMALL + 14));
		this.place(lives, rows, width);
		for (const row of rows) {
			if (row.kept) /* its words may stand above its box */
				y += KEPT;
			row.y = y;
			row.lines = row.kind === 'say' ? wrap(row.text, Math.floor((width - this.time) / CHAR)) : [];
			y += ROW + Math.max(0, row.lines.length - 1) * LINE;
		}
		const picture = svg('svg', { class: 'ladder', width, height: y + 8, viewBox: `0 0 ${width} ${y + 8}`,
			role: 'img', 'aria-label': `ladder of ${rows.length} rows; the story tells the same in words` });
		const heads = svg('svg', { class: 'ladder heads', width, height: HEAD, viewBox: `0 0 ${width} ${HEAD}` });
		for (const life of lives) {
			picture.append(svg('line', { class: 'life', x1: life.x, y1: 0, x2: life.x, y2: y }));
			heads.append(svg('text', { class: 'title t', x: life.x, y: 18, 'text-anchor': 'middle' },
				life.names.slice(-4).join(', ') || '?'));
		}
		let before = '';
		for (const row of rows) {
			const time = (row.t / 1000).toFixed(1);

			if (time !== before && row.kind !== 'say')
				picture.append(svg('text', { class: 'time soft', x: this.time - 10, y: row.y + 4,
					'text-anchor': 'end' }, time));
			before = time;
			this.drawRow(picture, row, shown, y, width);
		}
		this.body.replaceChildren(heads, picture);
		this.follower.follow();
	}

	drawRow(picture, row, shown, bottom, width) {
		const group = svg('g', { 'data-n': row.n });

		picture.append(group);
		if (row.kind === 'state') {
			const wide = row.text.length * 7.3 + 20;
			const x = Math.max(wide / 2 + 1, Math.min(row.life.x, width - wide / 2 - 1));

			group.setAttribute('class', `pill ${stateClass(row.state)}`);
			group.dataset.state = row.state;
			group.append(svg('rect', { x: x - wide / 2, y: row.y - 10, width: wide, height: 20, rx: 10 }),
				svg('text', { x, y: row.y + 4, 'text-anchor': 'middle' }, row.text));
		} else if (row.kind === 'call') {
			this.drawCall(group, row, width);
		} else if (row.kind === 'say') {
			row.lines.forEach((line, index) => group.append(svg('text', { class: 'cap t halo',
				x: width / 2 + this.time / 2, y: row.y + 4 + index * LINE, 'text-anchor': 'middle' }, line)));
		} else if (row.kind === 'packet') {
			this.drawPacket(group, row, bottom);
		} else if (row.kind === 'end' && row.packet.y === undefined) {
			this.words(group, row.packet.to.x, row.y, 'middle', row.packet.head);
		}
	}

	drawCall(group, row, width) {
		const { x, index, last, gap } = row.life, outside = width >= NARROW;
		/* outside of the outer lifelines, where there is room, else between them */
		const left = outside ? index === 0 : last;
		const room = Math.floor((!outside ? gap - 14 : left ? x - this.time - 6 : last ? width - x - 12 : 190) / CHAR);
		const text = row.text.length > room ? `${row.text.slice(0, Math.max(1, room - 1))}…` : row.text;

		group.append(svg('text', { class: 'mono t halo', x: x + (left ? -9 : 9), y: row.y + 4,
			'text-anchor': left ? 'end' : 'start' }, text));
		group.append(svg('title', {}, row.text));
	}

	words(group, x, y, anchor, head, tail = '') {
		const text = svg('text', { class: 'mono t halo', x, y, 'text-anchor': anchor });

		text.append(svg('tspan', { class: 'b' }, head), tail);
		group.append(text);
	}

	head(group, className, x0, y0, x, y) {
		const length = Math.hypot(x - x0, y - y0) || 1, dx = (x - x0) / length, dy = (y - y0) / length;

		group.append(svg('polygon', { class: className, points: `${x},${y} ${x - dx * 10 - dy * 4.2},${
			y - dy * 10 + dx * 4.2} ${x - dx * 10 + dy * 4.2},${y - dy * 10 - dx * 4.2}` }));
	}

	drawPacket(group, row, bottom) {
		const self = row.from === row.to, x1 = row.from.x, y1 = row.y;
		const x2 = self ? x1 : row.to.x, direction = self ? 1 : Math.sign(x2 - x1);
		const y2 = row.end?.y ?? y1 + (self && row.kept ? 15 : SLANT), reach = self ? 90 : Math.abs(x2 - x1);
		const line = row.made === 'forged' ? 'forged' : row.again ? 'a dash' : 'a';
		const xm = x1 + direction * (self ? reach : Math.min(reach, row.from.gap)) / 2;

		group.setAttribute('class', 'packet');
		group.dataset.number = row.s;
		group.dataset.fate = row.fate;
		if (row.fate === 'lost') {
			const xl = x1 + direction * reach * 0.62;

			group.append(svg('line', { class: 'lost dash', x1, y1, x2: xl, y2: y1 + 4 }),
				svg('path', { class: 'lost cross', d: `M${xl - 6} ${y1 - 2}l12 12m0 -12l-12 12` }));
		} else if (row.kept) {
			this.drawKept(group, row, { x1, y1, x2, y2, xm, direction, line, bottom });
		} else if (self) {
			group.append(svg('path', { class: line, d: `M${x1} ${y1}h${reach - 30}q30 0 30 ${(y2 - y1) / 2}q0 ${
				(y2 - y1) / 2} -30 ${(y2 - y1) / 2}H${x1 + 8}` }));
			this.head(group, 'ah', x1 + 30, y2, x1, y2);
		} else if (row.fate === 'wire') {
			group.append(svg('line', { class: `${line} dots`, x1, y1, x2: xm, y2: y1 }));
		} else {
			group.append(svg('line', { class: line, x1, y1, x2, y2 }));
			this.head(group, 'ah', x1, y1, x2, y2);
		}
		this.label(group, row, x1, y1, direction, reach, self);
	}

	/* It was kept on the wire: into a box, and out of it when it was let go. */
	drawKept(group, row, at) {
		const { x1, y1, x2, y2, xm, direction, line } = at, words = row.kept === 'held' ? 'held' : 'delayed';
		const half = words.length * 3.6 + 7, out = row.fate === 'delivered';

		group.append(svg('line', { class: line, x1, y1, x2: xm - direction * half, y2: y1 }));
		if (out) {
			const xs = xm + (x2 === x1 ? 0 : direction * half), ys = x2 === x1 ? y1 + 9 : y1;

			group.append(svg('line', { class: line, x1: xs, y1: ys, x2, y2 }));
			this.head(group, 'ah', xs, ys, x2, y2);
		}
		group.append(svg('rect', { class: 'box', x: xm - half, y: y1 - 9, width: 2 * half, height: 18, rx: 4 }),
			svg('text', { class: 'boxt small b', x: xm, y: y1 + 4, 'text-anchor': 'middle' }, words));
	}

	/* What is said of a packet behind its number and flags. */
	tail(row) {
		const again = row.again ? ` (${row.made === 'copy' ? 'copy of' : 'again'} #${row.again})` : '';

		return `${again}${row.tail}${row.fate === 'lost' ? ` ${row.note}` : ''}`;
	}

	label(group, row, x1, y1, direction, reach, self) {
		const full = this.tail(row);
		/* beside the box, or above it where it does not fit there */
		const beside = Math.floor((Math.min(reach, row.from.gap) / 2 - 34) / CHAR);
		const boxed = row.kept && !self && row.head.length + full.length <= beside;
		const room = Math.floor((reach - 24) / CHAR);
		const tail = cut(full, room - row.head.length);

		if (self)
			this.words(group, x1 + 100, y1 + 8, 'start', row.head, full);
		else if (boxed)
			this.words(group, x1 + direction * 8, y1 - 4, direction > 0 ? 'start' : 'end', row.head, tail);
		else
			this.words(group, x1 + direction * reach / 2, row.kept ? y1 - 12 : y1 - 4, 'middle', row.head, tail);
		group.append(svg('title', {}, `${row.head}${full}`));
	}
}
