/* SPDX-License-Identifier: GPL-3.0-or-later
 * The sockets as they are now, what the wire keeps, and who is blocked. Times run on between two messages. */
import { element } from './story.js';

export function stateClass(state) {
	switch (state) {
	case 'LISTEN':
		return 'listen';
	case 'SYN-SENT':
	case 'SYN-RECEIVED':
		return 'opening';
	case 'ESTABLISHED':
		return 'open';
	case 'FIN-WAIT-1':
	case 'FIN-WAIT-2':
	case 'CLOSE-WAIT':
	case 'CLOSING':
	case 'LAST-ACK':
		return 'closing';
	case 'TIME-WAIT':
		return 'timewait';
	default:
		return 'closed';
	}
}

function seconds(ns) {
	return ns > 60e9 ? `${Math.floor(ns / 60e9)} min` : `${(ns / 1e9).toFixed(1)} s`;
}

export class Table {
	constructor(section) {
		this.rows = section.querySelector('tbody');
		this.table = section.querySelector('table');
		this.none = section.querySelector('.none');
		this.more = document.getElementById('more');
		this.wire = document.getElementById('wire');
		this.blocked = document.getElementById('blocked');
		this.states = new Map(); /* of sockets, by number, as they were shown last */
		this.clocks = []; /* what counts: [element, since or until, forwards] */
		this.lab = null;
		this.table.hidden = true;
		this.timer = setInterval(() => this.tick(), 100);
	}

	stop() {
		clearInterval(this.timer);
	}

	cell(row, label, text, className) {
		const made = element('td', className, text);

		made.dataset.label = label;
		row.append(made);
		return made;
	}

	/* Of a listener the kernel tells connections in these: how many wait for accept(), and how many may. */
	addQueues(row, socket) {
		const listens = socket.state === 'LISTEN';
		const received = this.cell(row, 'recv-q', socket.recvq, socket.recvq ? 'number' : 'number zero');
		const sent = this.cell(row, 'send-q', socket.sendq,
			socket.sendq && !listens ? 'number' : 'number zero');

		if (!listens)
			return;
		received.title = 'connections that wait for accept()';
		sent.title = 'the backlog: as many may wait for accept()';
		sent.prepend(element('span', 'unit', 'backlog '));
	}

	addSocket(socket) {
		const row = element('tr'), before = this.states.get(socket.endpoint), words = socket.state ?? 'UDP';
		const state = element('span', `pill ${stateClass(words)}`, words);
		const owner = socket.process ? `${socket.process} fd ${socket.fd}`
			: socket.held ? 'nobody' : 'nobody: not accepted yet';

		row.append(element('th', '', socket.subject));
		row.firstChild.scope = 'row';
		this.cell(row, 'state', '').append(state);
		if (before && before !== words)
			state.classList.add('fresh');
		this.addQueues(row, socket);
		this.cell(row, 'local', socket.local ?? '*', 'address');
		this.cell(row, 'remote', socket.remote ?? '*', 'address');
		this.cell(row, 'owner', owner);
		const timer = this.cell(row, 'timer', '', 'timer');
		if (socket.timer) {
			const clock = element('b');

			timer.append(`${socket.timer} `, clock);
			if (socket.retransmits)
				timer.append(`, ${socket.retransmits} done`);
			this.clocks.push([clock, socket.due_ns, false]);
		}
		this.rows.append(row);
	}

	addChips(parent, title, items, words) {
		parent.replaceChildren();
		if (items.length === 0)
			return;
		parent.append(element('span', 'title', title));
		for (const item of items)
			parent.append(words(item));
	}

	/* lab: as glance.h has it; t_ns: since it began. */
	show(lab, t_ns) {
		this.offset = t_ns - performance.now() * 1e6;
		this.clocks = [];
		this.rows.replaceChildren();
		for (const socket of lab.sockets)
			this.addSocket(socket);
		this.states = new Map(lab.sockets.map((socket) => [socket.endpoint, socket.state]));
		this.table.hidden = lab.sockets.length === 0;
		this.none.hidden = lab.sockets.length > 0;
		this.more.hidden = !lab.more;
		this.more.textContent = lab.more ?? '';
		this.addChips(this.wire, 'on the wire', lab.wire, (packet) => {
			const chip = element('span', `chip ${packet.how === 'held' ? 'held' : ''}`);

			chip.append(element('b', '', `#${packet.number}`), ` ${packet.what} ${packet.how}`);
			return chip;
		});
		this.addChips(this.blocked, 'blocked', lab.blocked, (call) => {
			const chip = element('span', 'chip'), clock = element('b');

			chip.append(`${call.process}: ${call.call} for `, clock);
			this.clocks.push([clock, call.since_ns, true]);
			return chip;
		});
		this.tick();
	}

	tick() {
		const now = performance.now() * 1e6 + (this.offset ?? 0);

		for (const [clock, at, forwards] of this.clocks)
			clock.textContent = seconds(Math.max(0, forwards ? now - at : at - now));
	}
}
