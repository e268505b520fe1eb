// SPDX-License-Identifier: Apache-2.0
//
// Shows the cut of a bandwidth that the reader picks. The page is complete
// without it; report.html#kbps=5000 picks one from outside.
'use strict';

(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId('data').textContent);
  const slider = byId('slider');
  const box = byId('kbps');
  const chart = byId('latency-chart');
  const leastKbps = data.rows[0][0];
  const mostKbps = data.rows[data.rows.length - 1][1];
  const sides = {d: 'device', s: 'server', b: 'both'};
  const byteNsKbps = 8000000n;

  // `value` units of `unit`, rounded half up to so many decimals.
  function decimal(value, unit, decimals) {
    const power = 10n ** BigInt(decimals);
    const scaled = (value * power * 2n + unit) / (unit * 2n);
    const digits = String(scaled).padStart(decimals + 1, '0');
    const point = digits.length - decimals;
    return decimals === 0 ? digits
                          : digits.slice(0, point) + '.' + digits.slice(point);
  }

  function formatMs(ns) {
    return decimal(ns, 1000000n, data.decimals);
  }

  function formatKbps(kbps) {
    const scaled = (unit) =>
        decimal(BigInt(kbps), unit, 3).replace(/\.?0+$/, '');
    if (kbps >= 1000000 && kbps % 1000 === 0) {
      return scaled(1000000n) + ' Gbit/s';
    }
    return kbps >= 1000 ? scaled(1000n) + ' Mbit/s' : kbps + ' kbit/s';
  }

  function rowAt(kbps) {
    return data.rows.find((row) => kbps <= row[1]);
  }

  // As the table rounds it.
  function latencyNs(cut, kbps) {
    const w = BigInt(kbps);
    return BigInt(cut.fixed_ns) +
        (2n * byteNsKbps * BigInt(cut.link_bytes) + w) / (2n * w);
  }

  function toSlider(kbps) {
    if (mostKbps === leastKbps) return 0;
    return Math.round(1000 * Math.log(kbps / leastKbps) /
                      Math.log(mostKbps / leastKbps));
  }

  function fromSlider(position) {
    return Math.round(leastKbps * (mostKbps / leastKbps) ** (position / 1000));
  }

  function sendsText(cut) {
    if (cut.tensors === 0) return ['; sends nothing'];
    const parts = ['; sends ' + cut.upload + ': '];
    cut.names.forEach((name, i) => {
      const element = document.createElement('bdi');
      element.textContent = name;
      if (i > 0) parts.push(', ');
      parts.push(element);
    });
    const rest = cut.tensors - cut.names.length;
    if (rest > 0) parts.push(' and ' + rest + ' more');
    if (cut.download !== '0 B') parts.push('; gets back ' + cut.download);
    return parts;
  }

  function answer(kbps, id, cut) {
    const total = latencyNs(cut, kbps);
    const network = total - BigInt(cut.device_ns) - BigInt(cut.server_ns);
    return 'At ' + formatKbps(kbps) + ': cut ' + id + ' takes ' +
        formatMs(total) + ' ms (device ' + formatMs(BigInt(cut.device_ns)) +
        ', network ' + formatMs(network) + ', server ' +
        formatMs(BigInt(cut.server_ns)) + '), ' + cut.device_layers +
        ' layers on the device, ' + cut.server_layers + ' on the server';
  }

  function markChart(kbps) {
    const scale = (value) =>
        chart.dataset.log === '1' ? Math.log(value) : Number(value);
    const from = scale(chart.dataset.from);
    const along = (scale(kbps) - from) / (scale(chart.dataset.to) - from);
    const left = Number(chart.dataset.left);
    const x = left + along * (Number(chart.dataset.right) - left);
    const line = byId('latency-now');
    line.setAttribute('x1', x.toFixed(1));
    line.setAttribute('x2', x.toFixed(1));
    line.removeAttribute('hidden');
    // Where the page is narrower than the chart.
    const frame = chart.parentElement;
    const scaled = x * chart.getBoundingClientRect().width /
        chart.viewBox.baseVal.width;
    frame.scrollLeft = scaled - frame.clientWidth / 2;
  }

  function paintGraph(id, cut) {
    [...cut.sides].forEach((letter, i) => {
      const node = byId('group-' + i);
      node.setAttribute('class', 'node ' + sides[letter]);
      node.querySelector('.side').textContent = sides[letter];
    });
    const crossing = new Set(cut.crossing);
    for (let i = 0; i < data.edges; ++i) {
      for (const prefix of ['edge-', 'edge-label-']) {
        byId(prefix + i).classList.toggle('crossing', crossing.has(i));
      }
    }
    byId('graph-cut').textContent = 'cut ' + id;
  }

  function markTables(id) {
    for (const row of document.querySelectorAll('tr[data-cut]')) {
      if (row.dataset.cut === String(id)) {
        row.setAttribute('aria-current', 'true');
      } else {
        row.removeAttribute('aria-current');
      }
    }
  }

  let waiting = 0;
  // What may cost, or disturb a reader, while the slider moves.
  function settle(kbps, text) {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      byId('announced').textContent = text;
      try {
        history.replaceState(null, '', '#kbps=' + kbps);
      } catch (error) {
        // Some pages may not change their address; nothing is lost.
      }
    }, 400);
  }

  let shown = -1;  // the cut
  function show(kbps) {
    const id = rowAt(kbps)[2];
    const cut = data.cuts[id];
    const text = answer(kbps, id, cut);
    slider.setAttribute('aria-valuetext', formatKbps(kbps) + ', cut ' + id);
    byId('picked').replaceChildren(text, ...sendsText(cut));
    markChart(kbps);
    if (id !== shown) {
      shown = id;
      paintGraph(id, cut);
      markTables(id);
    }
    return text;
  }

  function pick(kbps) {
    box.value = kbps;
    slider.value = toSlider(kbps);
    return show(kbps);
  }

  // What the address names, or nothing.
  function named() {
    const match = /^#kbps=(\d{1,10})$/.exec(location.hash);
    if (!match) return null;
    return Math.min(Math.max(Number(match[1]), leastKbps), mostKbps);
  }

  slider.addEventListener('input', () => {
    const kbps = fromSlider(Number(slider.value));
    box.value = kbps;
    settle(kbps, show(kbps));
  });
  box.addEventListener('input', () => {
    if (!box.checkValidity() || box.value === '') return;
    const kbps = Number(box.value);
    slider.value = toSlider(kbps);
    settle(kbps, show(kbps));
  });
  byId('picker').addEventListener('submit', (event) => event.preventDefault());
  window.addEventListener('hashchange', () => {
    if (named() !== null) pick(named());
  });
  // Where a graph is wider than the page, its middle is worth more.
  const frame = byId('graph').parentElement;
  frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
  byId('picker').hidden = false;
  pick(named() ?? data.start);
})();
