# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The style and the script of the HTML report. Both stand in the file itself, allowed by their hashes and nothing else."""

from __future__ import annotations

STYLE = """
@media screen and (prefers-color-scheme: dark) {
  html:root { --ink: #e6edf3; --soft: #a9b4c0; --line: #3d444d; --bad: #ff8080; --good: #5fd07f; --none: #a9b4c0;
    --paper: #0d1117; --shade: #1b222b; --link: #79b8ff; --rest: #6e7681; }
}
:root { color-scheme: light dark; --ink: #1b1f23; --soft: #4b5560; --line: #c9d1d9; --bad: #b3001b; --good: #14602d; --none: #57606a;
  --paper: #fff; --shade: #f3f5f7; --link: #0b4f9e; --rest: #8c959f; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 100rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 16px/1.45 system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0 .75rem; }
.soft { color: var(--soft); }
.lead { font-size: 1.3rem; margin: .75rem 0 .5rem; }
.whole { width: 100%; height: 1.6rem; border-radius: .35rem; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: .5rem; padding: .3rem .6rem; background: var(--paper); }
a { color: var(--link); }
a:focus-visible, input:focus-visible, select:focus-visible, button:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem; margin: 1.25rem 0; padding: 0; }
.totals div { border: 1px solid var(--line); border-left: .5rem solid var(--none); border-radius: .35rem; padding: .6rem .9rem;
  display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.totals dd { margin: 0; font-size: 2.6rem; font-weight: 700; line-height: 1.1; font-variant-numeric: tabular-nums; }
.totals dt { color: var(--soft); }
.totals .bad { border-color: var(--bad); } .totals .bad dd { color: var(--bad); }
.totals .good { border-color: var(--good); } .totals .good dd { color: var(--good); }
.alarm { border: 2px solid var(--bad); border-radius: .35rem; padding: .25rem 1rem .75rem; }
.alarm h2 { margin-top: .5rem; color: var(--bad); }
.scroll { overflow-x: auto; }
.tall { max-height: 18rem; overflow-y: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--soft); padding: 0 0 .4rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid var(--line); }
tbody th, .error, bdi, #keys .id, .alarm li { overflow-wrap: anywhere; }
thead th { background: var(--shade); border-bottom: 2px solid var(--soft); }
tbody th { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.id { font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace; font-size: .85em; }
#buckets { table-layout: fixed; min-width: 64rem; font-size: .92rem; }
[data-verdict=not_proven] td:nth-child(3) { color: var(--bad); font-weight: 700; }
[data-verdict=proven] td:nth-child(3) { color: var(--good); font-weight: 700; }
[data-verdict=nothing_to_prove] td:nth-child(3) { color: var(--none); }
.error { color: var(--soft); font-size: .92em; }
svg { display: block; }
#ages { width: 40rem; max-width: 100%; }
svg text { font: 13px system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; fill: var(--ink); }
.f-not_proven { fill: var(--bad); } .f-proven { fill: var(--good); } .f-nothing_to_prove { fill: var(--rest); }
.bar { width: 100%; min-width: 8rem; height: 1.1rem; }
.legend { display: flex; flex-wrap: wrap; gap: 1.25rem; list-style: none; padding: 0; margin: .25rem 0 .75rem; }
.legend li { display: flex; align-items: center; gap: .4rem; }
.legend svg { width: .9rem; height: .9rem; }
.filter { display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; align-items: end; margin: .5rem 0 1rem; padding: .75rem; background: var(--shade); }
.filter label { display: block; font-weight: 600; }
.filter input, .filter select { font: inherit; padding: .35rem .5rem; border: 1px solid var(--soft); border-radius: .25rem;
  background: var(--paper); color: inherit; }
.filter input { width: min(26rem, 80vw); }
.filter p { margin: 0 0 .35rem; }
[hidden] { display: none !important; }
@media screen and (scripting: enabled) { .beyond { display: none; } }
.filter button { font: inherit; padding: .35rem .7rem; border: 1px solid var(--soft); border-radius: .25rem; background: var(--paper);
  color: inherit; cursor: pointer; }
@page { size: A4 landscape; margin: 12mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  .filter, .skip { display: none; }
  .scroll { overflow: visible; max-height: none; }
  #buckets { min-width: 0; font-size: 8pt; }
  th, td { padding: .15rem .3rem; }
  thead { display: table-header-group; }
  tr, .totals, figure { break-inside: avoid; }
  h2 { break-after: avoid; }
  a { color: inherit; text-decoration: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""

# Rows are found by all the words that were typed, also by the whole OCIDs that the tables of keys and compartments hold.
SCRIPT = """
(function () {
  "use strict";
  var box = document.getElementById("words"), choice = document.getElementById("show");
  var region = document.getElementById("region"), key = document.getElementById("key");
  var count = document.getElementById("count"), form = document.getElementById("filter");
  var rows = Array.prototype.slice.call(document.querySelectorAll("#buckets tbody tr"));
  var texts = null, pending = 0, states = [], more = document.getElementById("more"), most = +more.dataset.most;
  function lower(element) { return element ? element.textContent.toLowerCase() : ""; }
  function read() {
    var others = {};
    function other(id) {
      if (id && !(id in others)) { others[id] = lower(document.getElementById(id)); }
      return id ? others[id] : "";
    }
    texts = rows.map(function (row) {
      return lower(row) + " " + other(row.dataset.key) + " " + other(row.dataset.compartment);
    });
  }
  function apply() {
    pending = 0;
    var words = box.value.toLowerCase().split(/\\s+/).filter(Boolean), shown = 0;
    if (words.length && !texts) { read(); }
    rows.forEach(function (row, number) {
      var wanted = (!choice.value || row.dataset.verdict === choice.value || row.dataset.status === choice.value) &&
        (!region.value || row.dataset.region === region.value) && (!key.value || row.dataset.key === key.value) &&
        words.every(function (word) { return texts[number].indexOf(word) >= 0; });
      if (wanted) { shown += 1; }
      var state = !wanted ? 0 : shown > most ? 2 : 1;
      if (states[number] !== state) {
        states[number] = state;
        row.hidden = !wanted;
        row.className = state === 2 ? "beyond" : "";
      }
    });
    count.textContent = "Showing " + shown + " of " + rows.length + " buckets.";
    more.hidden = shown <= most;
    more.textContent = "List all " + shown + ", not only the first " + most;
  }
  function later() { if (!pending) { pending = window.setTimeout(apply, 60); } }
  box.addEventListener("input", later);
  [choice, region, key].forEach(function (one) { one.addEventListener("change", later); });
  form.addEventListener("submit", function (event) { event.preventDefault(); apply(); });
  more.addEventListener("click", function () { most = Infinity; apply(); count.focus(); });
  form.hidden = false;
  apply();
}());
"""
