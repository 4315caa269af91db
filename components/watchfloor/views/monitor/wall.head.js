// Around the tiles: counts that filter, choices, headings of groups, the table beside, and the picture to take away.

/** Counts by level and condition; each lets only its stations through. */
function wallChips(ctx, {chips, hazards, asked, order, roster, wall}) {
  const {counts} = order;
  const chip = (what, name, content, title) => {
    const on = asked[what].includes(name);
    if (wall) return h("span", {class: "chip told", title}, content, " ", h("strong", {class: "num"}, number(counts[name] || 0)));
    return h("button", {
      type: "button", class: `chip ${on ? "on" : ""} ${counts[name] ? "" : "none"}`, "aria-pressed": on ? "true" : "false", title,
      onclick: () => ctx.send("toggle", {what, name}),
    }, content, h("span", {class: "num"}, number(counts[name] || 0)));
  };
  const all = roster.stations.length;
  const levels = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"].filter((name) => name !== "Unknown" || counts.Unknown || asked.severities.includes(name));
  fill(chips,
    h("span", {class: "total"}, h("strong", {class: "num"}, number(order.shown)), " ", order.shown === all ? ctx.t("wall.stations") : ctx.t("wall.of", {n: number(all)})),
    levels.map((name) => chip("severities", name, [sign(name, 12), ctx.t(name)], ctx.t("wall.level.long"))),
    ["silent", "flagged", "soon", "rising", "calm"].map((name) => chip("conditions", name, ctx.t(`wall.${name}.word`), ctx.t(`wall.${name}.long`))));
  const found = [...new Set(roster.stations.map((station) => station.hazard || "other"))].sort();
  fill(hazards, found.length > 1 ? found.map((name) => h("button", {
    type: "button", class: `chip ${asked.hazards.includes(name) ? "on" : ""}`, "aria-pressed": asked.hazards.includes(name) ? "true" : "false",
    onclick: () => ctx.send("toggle", {what: "hazards", name}),
  }, hazardSign(name), ctx.t(`hazard.${name}`))) : null);
}

/** Span, grouping, size, table, and what can be taken away. */
function wallTools(ctx, {choices, asked, tabled, save, turn}) {
  const choice = (name, values) => h("label", {class: "choice"}, h("span", {class: "muted"}, ctx.t(`wall.${name}`)),
    h("select", {onchange: (event) => ctx.send("set", {name, value: event.target.value})},
      values.map((value) => h("option", {value, selected: value === asked[name]}, ctx.t(`wall.${name}.${value}`)))));
  fill(choices,
    choice("span", ["1h", "6h", "24h", "3d", "7d", "30d", "1y"]), choice("group", ["none", "hazard", "basin", "kind", "district"]),
    choice("size", ["small", "medium", "large"]),
    h("button", {type: "button", "aria-pressed": tabled ? "true" : "false", onclick: turn}, ctx.t("wall.table")),
    h("span", {class: "chips"}, h("span", {class: "caption"}, ctx.t("export.title")),
      ["csv", "parquet", "png", "recipe"].map((what) => h("button", {type: "button", title: ctx.t(`wall.${what}.long`), onclick: () => save(what)}, ctx.t(`wall.${what}`)))));
}

/** The heading of a group, with how many of it stand at each level. */
function wallHeading(ctx, {part, roster, board, by}) {
  const {name, rows} = part.group;
  const zh = ctx.language === "zh" ? roster.words[name] : "";
  const kind = by === "kind" && WORDS[`wall.kind.${name}`] ? ctx.t(`wall.kind.${name}`) : "";
  const said = !name ? ctx.t("wall.elsewhere") : by === "hazard" ? ctx.t(`hazard.${name}`) : kind || zh || name;
  const levels = new Map();
  for (const row of rows) { const level = LEVELS[board.level[row]]; if (level) levels.set(level, (levels.get(level) || 0) + 1); }
  return h("div", {class: "group", style: `top:${part.top}px;height:${part.height}px`}, h("strong", {}, said), h("span", {class: "muted num"}, number(rows.length)),
    ["Extreme", "Severe", "Moderate", "Minor", "Unknown"].filter((level) => levels.has(level)).map((level) => h("span", {class: "num"}, sign(level, 12), ` ${levels.get(level)}`)));
}

/** The same as the tiles in a table, for whoever cannot see them or wants rows. */
function wallTable(ctx, all) {
  const names = ["level", "station", "value", "age", "trend", "next", "state"];
  return h("table", {},
    h("caption", {class: "spoken"}, ctx.t("wall.stations.title")),
    h("thead", {}, h("tr", {}, names.map((name) => h("th", {scope: "col"}, ctx.t(`wall.column.${name}`))))),
    h("tbody", {}, all.map((told) => h("tr", {}, h("td", {}, told.level ? [sign(told.level, 12), " "] : null, told.word),
      h("th", {scope: "row"}, h("button", {type: "button", class: "link", onclick: () => ctx.send("open", {name: told.station.name})}, told.title)),
      h("td", {class: "num"}, `${told.value} ${told.unit}`), h("td", {class: "num"}, told.age), h("td", {class: "num"}, told.arrow, " ", told.trend),
      h("td", {class: "num"}, told.ahead), h("td", {}, told.still, " ", told.odd)))));
}

/** What is in sight, as a picture with its marks. */
function wallPicture({title, said, file, look, tile, wide, high, top, across, parts}) {
  const scale = Math.min(3, window.devicePixelRatio || 1), e = look.em, head = 3.6 * e;
  const canvas = h("canvas"), c = canvas.getContext("2d");
  canvas.width = wide * scale;
  canvas.height = (high + head) * scale;
  c.scale(scale, scale);
  c.fillStyle = look.panel;
  c.fillRect(0, 0, wide, high + head);
  c.fillStyle = look.text;
  c.font = `600 ${1.1 * e}px ${look.font}`;
  c.fillText(cut(c, title, wide - 16), 8, 1.4 * e);
  c.font = `${0.9 * e}px ${look.font}`;
  c.fillText(cut(c, said, wide - 16), 8, 2.9 * e);
  c.beginPath();
  c.rect(0, head, wide, high);
  c.clip();
  for (const {part, node} of parts) {
    const y = head + part.top - top;
    if (part.rows) c.drawImage(node, tile.gap, y, across, tile.h);
    else { c.fillStyle = look.text; c.font = `600 ${e}px ${look.font}`; c.fillText(node.textContent, tile.gap, y + 1.4 * e); }
  }
  canvas.toBlob((blob) => {
    if (!blob) return;
    const url = URL.createObjectURL(blob);
    h("a", {href: url, download: `${file || "wall"}.png`}).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  });
}
