/* SPDX-License-Identifier: GPL-3.0-or-later
 * The lab's events as they come (server-sent events; lab/serve/board.h says which), handed to the panels. What an event
 * says may have been written by anybody: it becomes text (textContent), never markup. */
import { Story } from './story.js';
import { Table } from './table.js';
import { Ladder } from './ladder.js';
import { Diagram } from './diagram.js';

const $ = (id) => document.getElementById(id);
const panels = ['sockets', 'states', 'ladder', 'story'];
const story = new Story($('story'));
const table = new Table($('sockets'));
const ladder = new Ladder($('ladder'));
const diagram = new Diagram($('states'));
let last = 0; /* number of the last event that was told */

function say(kind, words) {
	$('link').className = kind;
	$('link').textContent = words;
}

/* ---- what comes ---- */

function take(event) {
	if (event.n <= last)
		return;
	last = event.n;
	if (event.k === 'lab')
		$('about').textContent = event.what;
	if (event.k === 'recipe' && event.file) {
		$('about').textContent = event.file.replace(/^.*?([^/]+\/[^/]+)$/, '$1').replace(/\.lab$/, '');
		document.title = `${$('about').textContent} · tcplab`;
	}
	if (event.k === 'host' && event.new && event.who === 'localhost') {
		ladder.reset();
		diagram.reset();
	}
	story.take(event);
	ladder.take(event);
	diagram.take(event);
}

const source = new EventSource('/events');
source.onopen = () => say('live', 'live');
source.onerror = () => {
	if (source.readyState === EventSource.CLOSED)
		say('over', 'the lab has ended, or another has begun: ask for its link');
	else
		say('waiting', 'connection lost; trying again');
};
source.onmessage = (message) => take(JSON.parse(message.data));
source.addEventListener('now', (message) => {
	const { t_ns, lab } = JSON.parse(message.data);

	table.show(lab, t_ns);
});
source.addEventListener('gap', (message) => {
	last = Number(message.lastEventId);
	story.gap(JSON.parse(message.data).count);
	ladder.gap();
});
source.addEventListener('end', () => {
	source.close();
	table.stop();
	say('over', 'the lab has ended');
});

/* ---- the panels ---- */

function show(panel) {
	document.body.dataset.shown = panel;
	for (const button of document.querySelectorAll('nav button'))
		button.setAttribute('aria-pressed', String(button.dataset.panel === panel));
	ladder.draw();
}

for (const button of document.querySelectorAll('nav button'))
	button.addEventListener('click', () => show(button.dataset.panel));
document.addEventListener('keydown', (event) => {
	const panel = panels[Number(event.key) - 1];

	if (!panel || event.ctrlKey || event.altKey || event.metaKey || event.target.tagName === 'INPUT')
		return;
	show(panel);
	$(panel).querySelector('.body').focus();
});

/* ---- commands, for whoever holds the control link ---- */

const lines = [];
let at = 0;

async function send(line) {
	const answer = await fetch('/command', { method: 'POST', body: line }).catch(() => null);

	$('refused').textContent = answer && answer.ok ? '' : 'This could not be sent.';
}

$('command').addEventListener('submit', (event) => {
	const line = $('line').value.trim();

	event.preventDefault();
	if (!line)
		return;
	lines.push(line);
	at = lines.length;
	$('line').value = '';
	send(line);
});
$('line').addEventListener('keydown', (event) => {
	const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];

	if (!step)
		return;
	event.preventDefault();
	at = Math.max(0, Math.min(lines.length, at + step));
	$('line').value = lines[at] ?? '';
});
fetch('/role').then((answer) => answer.text()).then((role) => {
	$('command').hidden = role !== 'control';
}).catch(() => {});
