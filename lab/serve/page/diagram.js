/* SPDX-License-Identifier: GPL-3.0-or-later
 * RFC 9293's figure (drawn by the lab, lab/view/svg_diagram.c) with the ways of the sockets that moved last: a number at
 * each step, in a mark that is the socket's; the state it is in now is lit and has that mark at its corner. */
import { element } from './story.js';

const WAYS = 6;
const ROOM = 22; /* from one mark to the next */
const SHAPES = [ /* those of reports */
	'M-9.5 0a9.5 9.5 0 1 0 19 0a9.5 9.5 0 1 0 -19 0z',
	'M-8.5 -8.5h17v17h-17z',
	'M0 -12l12 12l-12 12l-12 -12z',
	'M-5.5 -9.5h11l5.5 9.5l-5.5 9.5h-11l-5.5 -9.5z',
	'M0 -13l12.5 20h-25z',
	'M0 -13l4 7h8l-3 6l3 6h-8l-4 7l-4 -7h-8l3 -6l-3 -6h8z',
];

export function svg(tag, attributes = {}, text) {
	const made = document.createElementNS('http://www.w3.org/2000/svg', tag);

	for (const [name, value] of Object.entries(attributes))
		made.setAttribute(name, value);
	if (text !== undefined)
		made.textContent = text;
	return made;
}

function mark(slot, x, y, words) {
	const made = svg('g', { class: `step m${slot}`, transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });

	made.append(svg('path', { d: SHAPES[slot] }),
		svg('text', { y: slot === 4 ? 5 : 3.8, 'text-anchor': 'middle' }, words));
	return made;
}

export class Diagram {
	constructor(section) {
		this.figure = section.querySelector('svg');
		this.list = section.querySelector('#ways');
		this.ways = new Map(); /* by the lab's number of the socket */
		this.edges = new Map();
		this.nodes = [...this.figure.querySelectorAll('[data-state]')].map((group) => {
			const box = group.querySelector('rect');

			return { group, state: group.dataset.state, inner: group.firstElementChild,
				x: Number(box.getAttribute('x')), y: Number(box.getAttribute('y')) };
		});
		for (const group of this.figure.querySelectorAll('[data-from]'))
			this.edges.set(`${group.dataset.from} ${group.dataset.to}`, this.edgeOf(group, group.querySelector('path')));
		this.marks = svg('g');
		this.figure.append(this.marks);
		this.due = false;
	}

	/* Where it ends tells which of the two CLOSED it leads to. */
	edgeOf(group, path) {
		const length = path.getTotalLength(), end = path.getPointAtLength(length);
		const texts = [...group.querySelectorAll('text')].map((text) => [text, text.getAttribute('class')]);

		return { group, path, length, low: end.y > 300, texts,
			head: group.querySelector('polygon'), beside: group.classList.contains('beside') };
	}

	/* The lab begins anew, and so do the numbers of sockets. */
	reset() {
		this.ways.clear();
		this.schedule();
	}

	/* A step nobody has foreseen is straight. */
	makeEdge(from, to) {
		const a = this.nodes.find((node) => node.state === from), b = this.nodes.find((node) => node.state === to);
		const group = svg('g', { class: 'beside', 'data-from': from, 'data-to': to });

		if (!a || !b)
			return null;
		group.append(svg('path', { d: `M${a.x + 84} ${a.y + 34}L${b.x + 84} ${b.y}` }));
		this.figure.insertBefore(group, this.marks);
		this.edges.set(`${from} ${to}`, this.edgeOf(group, group.firstChild));
		return this.edges.get(`${from} ${to}`);
	}

	take(event) {
		if (event.e === undefined || (event.k !== 'state' && event.k !== 'socket'))
			return;
		if (!this.ways.has(event.e))
			this.ways.set(event.e, { name: '', steps: [], state: 'CLOSED', slot: -1, moved: 0 });
		const way = this.ways.get(event.e);
		if (event.name)
			way.name = event.name;
		if (event.k === 'state')
			this.step(way, event);
		this.schedule();
	}

	step(way, event) {
		let from = event.from;

		way.state = event.to;
		if (!from && event.to === 'CLOSED')
			return; /* socket() */
		/* the first state of one that a listener has made: that is where the RFC has it come from */
		from ??= event.to === 'SYN-RECEIVED' ? 'LISTEN' : 'CLOSED';
		way.steps.push([from, event.to]);
		way.moved = event.n;
		if (this.ways.size > 500) /* of those that nobody will see again */
			this.forget();
	}

	forget() {
		const old = [...this.ways].sort(([, a], [, b]) => b.moved - a.moved).slice(100);

		for (const [key] of old)
			this.ways.delete(key);
	}

	schedule() {
		if (this.due)
			return;
		this.due = true;
		setTimeout(() => {
			this.due = false;
			this.draw();
		}, 0);
	}

	/* The ways to be drawn; each keeps its mark as long as it is among them. */
	choose() {
		const all = [...this.ways.values()], moved = all.filter((way) => way.steps.length > 0);
		const chosen = moved.sort((a, b) => b.moved - a.moved).slice(0, WAYS);
		const taken = new Set();

		for (const way of all) {
			if (!chosen.includes(way))
				way.slot = -1;
			else if (way.slot >= 0)
				taken.add(way.slot);
		}
		for (const way of all.filter((one) => chosen.includes(one) && one.slot < 0)) {
			way.slot = SHAPES.findIndex((shape, slot) => !taken.has(slot));
			taken.add(way.slot);
		}
		return all.filter((way) => way.slot >= 0);
	}

	draw() {
		const chosen = this.choose(), steps = new Map(), visited = new Set(), now = [];

		this.marks.replaceChildren();
		for (const way of chosen) {
			let low = false;

			way.steps.forEach(([from, to], index) => {
				const key = `${from} ${to}`, edge = this.edges.get(key) ?? this.makeEdge(from, to);

				if (!edge)
					return;
				low = to === 'CLOSED' && edge.low;
				visited.add(from).add(to === 'CLOSED' && low ? 'CLOSED low' : to);
				steps.set(key, [...(steps.get(key) ?? []), [way.slot, index + 1]]);
			});
			now.push({ slot: way.slot, state: way.state, low });
		}
		for (const [key, edge] of this.edges)
			this.drawEdge(edge, steps.get(key) ?? []);
		for (const node of this.nodes)
			this.drawNode(node, visited, now);
		this.drawLegend(chosen);
	}

	drawEdge(edge, steps) {
		const went = steps.length > 0, most = Math.max(1, Math.floor((edge.length - 8) / ROOM));
		const shown = steps.slice(-most);

		edge.group.classList.toggle('gone', went);
		edge.path.setAttribute('class', !went ? 'edge life' : edge.beside ? 'edge went lost dash' : 'edge went a');
		edge.head?.setAttribute('class', !went ? 'bar' : edge.beside ? 'lostt' : 'ah');
		for (const [text, className] of edge.texts)
			text.setAttribute('class', went ? className.replace('soft', 't') : className);
		shown.forEach(([slot, number], index) => {
			const part = 0.46 * edge.length + (index - (shown.length - 1) / 2) * ROOM;
			const point = edge.path.getPointAtLength(part);

			this.marks.append(mark(slot, point.x, point.y, number));
		});
	}

	drawNode(node, visited, now) {
		const low = node.state === 'CLOSED' && node.y > 300;
		const here = now.filter((one) => one.state === node.state && (node.state !== 'CLOSED' || one.low === low));
		const seen = here.length > 0 || visited.has(low ? 'CLOSED low' : node.state);

		node.inner.setAttribute('class', `node ${seen ? node.group.dataset.class : 'none'}`);
		node.group.setAttribute('class', here.length > 0 ? 'now' : seen ? 'been' : '');
		here.forEach((one, index) => this.marks.append(mark(one.slot, node.x + 4 + index * ROOM, node.y - 1, '●')));
	}

	drawLegend(chosen) {
		this.list.replaceChildren(...chosen.map((way) => {
			const item = element('li'), key = svg('svg', { class: 'diagram key', viewBox: '-14 -14 28 28',
				width: 22, height: 22, 'aria-hidden': 'true' });

			key.append(mark(way.slot, 0, 0, ''));
			item.append(key, element('b', '', way.name), element('span', '', way.state));
			return item;
		}));
	}
}
