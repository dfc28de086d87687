/* SPDX-License-Identifier: GPL-3.0-or-later
 * The lab's events as they come (server-sent events; lab/serve/board.h says which), handed to the panels. What an event
 * says may have been written by anybody: it becomes text (textContent), never markup. */
import { Story } from './story.js';
import { Table } from './table.js';
import { Ladder } from './ladder.js';
import { Diagram } from './diagram.js';
import { Question } from './question.js';

const $ = (id) => document.getElementById(id);
const panels = ['sockets', 'states', 'ladder', 'story'];
const story = new Story($('story'), $('wide'));
const table = new Table($('sockets'));
const ladder = new Ladder($('ladder'));
const diagram = new Diagram($('states'));
const question = new Question($('question'), $('line'), document.querySelector('#command label'));
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
	question.take(event);
	answer(event);
}

const source = new EventSource('events');
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
let asked = 0; /* number of the last command that came from a page */

/* On a phone the story is behind another panel: what a command answers stands above the command line, too. */
function answer(event) {
	const box = $('answer'), unread = event.k === 'error' && !event.c && event.what.startsWith('<page>:');

	if ((event.k === 'command' && event.file === '<page>') || unread) {
		asked = event.n;
		box.textContent = '';
		box.classList.remove('table');
	}
	if (event.c === asked && event.k === 'output') /* its lines stay whole */
		box.classList.add('table');
	if ((event.c === asked && ['output', 'error', 'note', 'expectation', 'rule'].includes(event.k)) || unread)
		box.textContent += `${box.textContent ? '\n' : ''}${event.k === 'error' ? 'error: ' : ''}${event.what}${
			event.try ? `\n  try: ${event.try}` : ''}`;
	box.hidden = !box.textContent;
}

async function send(where, line) {
	const answer = await fetch(where, { method: 'POST', body: line }).catch(() => null);

	$('refused').textContent = answer && answer.ok ? '' : 'This could not be sent.';
}

$('command').addEventListener('submit', (event) => {
	const line = $('line').value.trim();

	event.preventDefault();
	if (line)
		lines.push(line);
	at = lines.length;
	$('line').value = '';
	send('command', line || ' '); /* nothing: go on with the recipe */
});
$('stop').addEventListener('click', () => send('stop', ' '));
$('line').addEventListener('keydown', (event) => {
	const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];

	if (!step)
		return;
	event.preventDefault();
	at = Math.max(0, Math.min(lines.length, at + step));
	$('line').value = lines[at] ?? '';
});
fetch('role').then((answer) => answer.text()).then((role) => {
	$('command').hidden = role !== 'control';
}).catch(() => {});
