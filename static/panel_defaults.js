/** The layouts of the first five pages. A panel that says `span` and a page that says `layout` (see
 * panels.js) need nothing of this. */

/** Return {rows, dense, bar, head, spans} of a page with these panels; low: in a low window. */
export function layoutOf({ page, present, lesson }, keys, low) {
  const has = (key) => keys.includes(key);
  const pages = { playground, gradients, twins, layers, results };
  const { spans = {}, ...layout } = pages[page]?.({ has, count: keys.length, present: Boolean(present), lesson: Boolean(lesson), low }) ?? {};
  // Where a projector shows no run of its own, its numbers are left out.
  const bar = present && page !== "playground" ? "notice" : "all";
  return { bar, ...layout, spans: { autopsy: { medium: [2, 1] }, ...spans } };
}

function playground({ has, present, lesson }) {
  const network = { wide: [16, 1], medium: [2, 1], narrow: 480 };
  if (present) {
    const plane = { wide: [8, 2], at: [17, 1] };
    return {
      rows: lesson ? [1, 1.15] : [1.2, 1],
      spans: {
        network: { ...network, at: [1, 1] }, boundary: plane, space: plane, gradients: { bare: "all" },
        ...(lesson ? { cost: { bare: "controls" } } : {}),
      },
    };
  }
  return {
    rows: [1.3, 1],
    spans: {
      network, cost: { wide: [has("autopsy") ? 10 : 7, 1] }, gradients: { wide: [10, 1] }, weights: { wide: [7, 1] },
      autopsy: { wide: [14, 1], medium: [2, 1] },
    },
  };
}

function gradients({ has, present }) {
  if (present) return { rows: [1], spans: {}, each: { wide: [24, 1] } };
  if (!has("phase")) return { rows: [1], spans: {}, each: { wide: [12, 1] } };
  return {
    rows: [1, 1.05],
    spans: { phase: { wide: [has("product") ? 10 : 24, 1] }, product: { wide: [14, 1], medium: [2, 1] } },
  };
}

function twins({ present, lesson }) {
  return { rows: [1, 1], head: present ? 51 : undefined, spans: {}, each: { wide: [present && lesson ? 12 : 8, 1] } };
}

function layers({ present }) {
  const low = { wide: present ? [11, 1] : [6, 1], narrow: 230 };
  const whole = { wide: [12, 1], at: [1, 3], medium: [2, 1], narrow: 230 };
  return {
    rows: present ? [1, 1] : [1, 1, 1], mediumRow: 230, dense: !present, each: low,
    spans: {
      distributions: { wide: [present ? 13 : 12, 2], at: [1, 1], medium: [2, 2], narrow: 520 },
      ...(present ? {} : { flow: whole, autopsy: whole }),
    },
  };
}

function results({ count, low }) {
  const pictures = { narrow: 520 };
  const found = {
    3: { each: [12, 1], confusion: { wide: [12, 2], at: [1, 1] } },
    4: low
      ? { each: [8, 1], prediction: { wide: [8, 2], at: [1, 1] }, boundary: { wide: [8, 2], at: [17, 1] } }
      : { each: [12, 1] },
    5: {
      each: [8, 1], pictures: { wide: [11, 1] }, filters: { wide: [6, 1] }, confusion: { wide: [9, 1] },
      boundary: { wide: [7, 2], at: [18, 1] },
    },
    6: low
      ? {
        each: [5, 1], confusion: { wide: [8, 1] }, probability: { wide: [8, 1] }, calibration: { wide: [6, 1] },
        boundary: { wide: [8, 2], at: [17, 1] },
      }
      : { each: [8, 1] },
    7: {
      each: [6, 1], roc: { wide: [5, 1] }, precision_recall: { wide: [5, 1] }, boundary: { wide: [8, 1], last: true },
      pictures: { wide: [12, 1], at: [13, 1] },
    },
  }[count] ?? { each: [count === 2 ? 12 : 8, 1] };
  const { each, ...spans } = found;
  return { rows: [1, 1], spans: { ...spans, pictures: { ...pictures, ...spans.pictures } }, each: { wide: each } };
}
