// analysis/web/format.js prints exactly what analysis/format.cpp prints: both are held to one file of cases.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import * as format from '../../analysis/web/format.js';

const cases = JSON.parse(readFileSync(new URL('../../tests/analysis/data/format_cases.json', import.meta.url), 'utf8'));

const FUNCTIONS = {
  duration: format.formatDuration,
  rate: format.formatRate,
  quantity: format.formatQuantity,
  bytes: format.formatBytes,
  bandwidth: format.formatBandwidth,
  flops: format.formatFlops,
  flops_per_second: format.formatFlopsPerSecond,
  percent: format.formatPercent,
  count: format.formatCount,
  duration_estimate: (point, lower, upper) => format.formatDurationEstimate({ point, lower, upper }),
  rate_estimate: (point, lower, upper) => format.formatRateEstimate({ point, lower, upper }, 'queries/s'),
};

for (const [name, rows] of Object.entries(cases)) {
  if (name === 'about') continue;
  test(`${name}: ${rows.length} cases`, () => {
    assert.ok(rows.length > 2);
    for (const row of rows) {
      assert.equal(FUNCTIONS[name](...row.slice(0, -1)), row.at(-1), JSON.stringify(row));
    }
  });
}
