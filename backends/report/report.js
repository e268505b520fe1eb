// SPDX-License-Identifier: Apache-2.0
//
// Shows the cut of a bandwidth that the reader picks, also for another round trip
// and for inputs that take more or less to send. The page is complete without it;
// report.html#kbps=5000&rtt=70&input-0=20000 picks from outside.
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

  // Uplink in kbit/s and round trip in ms. 3G ("3GFast") and LTE: the connection
  // profiles of WebPageTest. 5G: the median upload of Ookla's Speedtests worldwide,
  // Q3 2021, and the lowest latency over 5G in its report on the USA, first half of
  // 2024. Wi-Fi: the throttling profiles of Firefox.
  const networks = [
    ['3G', 768, 150], ['LTE', 12000, 70], ['5G', 21000, 47], ['Wi-Fi', 15000, 2]
  ];
  const network = byId('network');
  const rttBox = byId('rtt');
  const inputBoxes =
      data.inputs.map((bytes, i) => byId('input-' + i)).filter((box) => box);
  const compiledRttMs = Number(data.rtt_ns) / 1e6;

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

  // What is asked: the round trip, and what each input takes. A box that is empty
  // or wrong counts as compiled.
  function readRttNs() {
    return rttBox.value === '' || !rttBox.checkValidity()
        ? BigInt(data.rtt_ns)
        : BigInt(Math.round(Number(rttBox.value) * 1e6));
  }

  function readInputBytes(i) {
    const box = inputBoxes[i];
    return !box || box.value === '' || !box.checkValidity()
        ? BigInt(data.inputs[i])
        : BigInt(box.value);
  }

  // The latency of a cut is fixed + 8e6 * bytes / W.
  function lineOf(cut) {
    let fixed = BigInt(cut.fixed_ns);
    if (cut.needs_network) fixed += readRttNs() - BigInt(data.rtt_ns);
    let bytes = BigInt(cut.link_bytes);
    for (const i of cut.inputs) {
      bytes += readInputBytes(i) - BigInt(data.inputs[i]);
    }
    return {fixed, bytes};
  }

  // As the table rounds it.
  function latencyNs(cut, kbps) {
    const line = lineOf(cut);
    const w = BigInt(kbps);
    return line.fixed + (2n * byteNsKbps * line.bytes + w) / (2n * w);
  }

  function isAsCompiled() {
    return readRttNs() === BigInt(data.rtt_ns) &&
        data.inputs.every((bytes, i) => readInputBytes(i) === BigInt(bytes));
  }

  // The table's cut; where anything is not as compiled, the least of its cuts, and
  // of equal ones the one with the smallest device side.
  function bestCut(kbps) {
    if (isAsCompiled()) return data.rows.find((row) => kbps <= row[1])[2];
    const cost = (line) => BigInt(kbps) * line.fixed + byteNsKbps * line.bytes;
    let best = 0;
    for (let id = 1; id < data.cuts.length; ++id) {
      const now = cost(lineOf(data.cuts[id]));
      const least = cost(lineOf(data.cuts[best]));
      if (now < least ||
          (now === least &&
           data.cuts[id].device_layers < data.cuts[best].device_layers)) {
        best = id;
      }
    }
    return best;
  }

  // A longer round trip adds the same to all cuts but the one that needs no network,
  // so the best one is among the table's. Otherwise a cut that is not in the table
  // may be better.
  function whatIfNote() {
    const sameInputs =
        data.inputs.every((bytes, i) => readInputBytes(i) === BigInt(bytes));
    if (data.exact && sameInputs && readRttNs() >= BigInt(data.rtt_ns)) {
      return 'The curve, the bars and the tables below are as compiled.';
    }
    const flags = [];
    if (readRttNs() !== BigInt(data.rtt_ns)) {
      flags.push('--rtt ' + Number(readRttNs()) / 1e6 + 'ms');
    }
    inputBoxes.forEach((box, i) => {
      if (readInputBytes(i) !== BigInt(data.inputs[i])) {
        flags.push('--input-bytes ' +
                   shellWord(box.dataset.name + '=' + readInputBytes(i) + 'B'));
      }
    });
    return 'This is the best of the cuts in this table. dnncut compile with ' +
        flags.join(' ') + ' finds whether another one is better. The curve, the ' +
        'bars and the tables below are as compiled.';
  }

  // As a shell reads it.
  function shellWord(text) {
    return /^[\w@%+=:,./-]+$/.test(text)
        ? text : "'" + text.replaceAll("'", "'\\''") + "'";
  }

  function toSlider(kbps) {
    if (mostKbps === leastKbps) return 0;
    return Math.round(1000 * Math.log(kbps / leastKbps) /
                      Math.log(mostKbps / leastKbps));
  }

  function fromSlider(position) {
    return Math.round(leastKbps * (mostKbps / leastKbps) ** (position / 1000));
  }

  function uploadText(cut) {
    const more = lineOf(cut).bytes - BigInt(cut.link_bytes);
    return more === 0n ? cut.upload
        : (BigInt(cut.upload_bytes) + more).toLocaleString('en') + ' B';
  }

  function sendsText(cut) {
    if (cut.tensors === 0) return ['; sends nothing'];
    const parts = ['; sends ' + uploadText(cut) + ': '];
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
    const rtt = readRttNs() === BigInt(data.rtt_ns) ? '' :
        ' and a round trip of ' + Number(readRttNs()) / 1e6 + ' ms';
    return 'At ' + formatKbps(kbps) + rtt + ': cut ' + id + ' takes ' +
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
        history.replaceState(null, '', '#' + address(kbps));
      } catch (error) {
        // Some pages may not change their address; nothing is lost.
      }
    }, 400);
  }

  let shown = -1;  // the cut
  function show(kbps) {
    const id = bestCut(kbps);
    const cut = data.cuts[id];
    const text = answer(kbps, id, cut);
    byId('what-if-note').hidden = isAsCompiled();
    byId('what-if-note').textContent = whatIfNote();
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

  // What is picked, as it stands behind the # of the page's address.
  function address(kbps) {
    const parts = ['kbps=' + kbps];
    if (readRttNs() !== BigInt(data.rtt_ns)) parts.push('rtt=' + rttBox.value);
    inputBoxes.forEach((box, i) => {
      if (readInputBytes(i) !== BigInt(data.inputs[i])) {
        parts.push(box.id + '=' + readInputBytes(i));
      }
    });
    return parts.join('&');
  }

  // Fills the boxes with what the address names, and gives its bandwidth, or
  // nothing.
  function named() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    rttBox.value = /^\d{1,5}(\.\d{1,6})?$/.test(wanted.get('rtt') ?? '')
        ? wanted.get('rtt') : compiledRttMs;
    inputBoxes.forEach((box, i) => {
      box.value = /^\d{1,12}$/.test(wanted.get(box.id) ?? '')
          ? wanted.get(box.id) : data.inputs[i];
    });
    byId('what-if').open ||= !isAsCompiled();
    if (!/^\d{1,10}$/.test(wanted.get('kbps') ?? '')) return null;
    return Math.min(Math.max(Number(wanted.get('kbps')), leastKbps), mostKbps);
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
  // The network of a name, if its bandwidth is one of the table's.
  for (const [name, kbps, rtt] of networks) {
    const option = document.createElement('option');
    option.value = name;
    option.textContent =
        name + ': ' + formatKbps(kbps) + ', ' + rtt + ' ms';
    option.disabled = kbps < leastKbps || kbps > mostKbps;
    network.append(option);
  }
  network.addEventListener('change', () => {
    const [, kbps, rtt] = networks.find(([name]) => name === network.value) ??
        ['', Number(box.value), compiledRttMs];
    rttBox.value = rtt;
    settle(kbps, pick(kbps));
  });
  for (const asked of [rttBox, ...inputBoxes]) {
    asked.addEventListener('input', () => {
      if (asked === rttBox) network.value = '';
      const kbps = Number(box.value);
      settle(kbps, show(kbps));
    });
  }
  window.addEventListener('hashchange', () => {
    const kbps = named();
    if (kbps !== null) pick(kbps);
  });
  // Where a graph is wider than the page, its middle is worth more.
  const frame = byId('graph').parentElement;
  frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
  byId('picker').hidden = false;
  pick(named() ?? data.start);
})();
