// What comes late, what does not come: sources above, stations below, worst first.

const LatencyPane = pane("latency", (ctx) => {
  const bar = h("div", {class: "head"});
  const notice = h("div", {class: "notice bad", role: "alert", hidden: true});
  const box = h("div", {class: "box", tabindex: "0", role: "region"});
  ctx.root.append(bar, notice, box);

  function lasting(seconds) {
    if (seconds === null || seconds === undefined) return "–";
    if (seconds < 90) return ctx.t("wall.s", {n: seconds < 10 ? number(seconds, 1) : Math.round(seconds)});
    return span(seconds * 1000, ctx.language);
  }

  const when = (ms) => (ms === null ? ctx.t("feeds.never") : ago(ms, ctx.now(), ctx.language));
  const times = (age) => (age === null ? "–" : `${number(age, age < 10 ? 1 : 0)}×`);

  function head(names) {
    return h("thead", {}, h("tr", {}, names.map((name) => h("th", {scope: "col", title: ctx.t(`latency.${name}.long`)}, ctx.t(`latency.${name}`)))));
  }

  function feeds(state) {
    return h("table", {}, h("caption", {}, ctx.t("latency.feeds")), head(["source", "state", "every", "last", "age", "newest", "failures", "held"]),
      h("tbody", {}, state.feeds.map((line) => h("tr", {class: line.health},
        h("th", {scope: "row"}, line.source), h("td", {class: `source ${line.health}`, title: line.message}, healthSign(line.health), " ", h("span", {class: "word"}, ctx.t(`feeds.${line.health}`))),
        h("td", {class: "num"}, lasting(line.cadence)), h("td", {class: "num", title: line.last === null ? "" : fullTime(line.last, ctx.zone)}, when(line.last)),
        h("td", {class: "num"}, times(line.age)), h("td", {class: "num", title: line.newest === null ? "" : fullTime(line.newest, ctx.zone)}, line.newest === null ? "–" : when(line.newest)),
        h("td", {class: "num"}, number(line.failures)), h("td", {class: "num"}, number(line.held))))));
  }

  function stations(state) {
    const share = (row) => row.missing / Math.max(1, row.missing + row.values);
    return h("table", {}, h("caption", {}, ctx.t("latency.stations"), h("span", {class: "muted num"}, ` ${number(state.total)}${state.total === state.all ? "" : ` / ${number(state.all)}`}`)),
      head(["station", "every", "last", "age", "p50", "p95", "missing", "revised", "flags"]),
      h("tbody", {}, state.rows.map((row) => h("tr", {class: row.silent ? "silent" : "", "aria-selected": row.name === state.selected ? "true" : null},
        h("th", {scope: "row"}, h("button", {type: "button", class: "link", title: row.name, onclick: () => ctx.send("open", {name: row.name})}, ctx.language === "zh" && row.zh ? row.zh : row.title)),
        h("td", {class: "num"}, lasting(row.every)),
        h("td", {class: "num", title: row.last === null ? "" : fullTime(row.last, ctx.zone)}, when(row.last), row.silent ? h("strong", {class: "late"}, ` ${ctx.t("wall.silent.word")}`) : null),
        h("td", {class: `num ${row.silent ? "late" : ""}`}, times(row.age)), h("td", {class: "num"}, lasting(row.p50)), h("td", {class: "num"}, lasting(row.p95)),
        h("td", {class: `num ${share(row) >= 0.1 ? "late" : ""}`}, row.missing ? `${number(row.missing)} (${Math.max(1, Math.round(share(row) * 100))}%)` : "0"), h("td", {class: "num"}, number(row.revised)),
        h("td", {}, Object.entries(row.flags).map(([name, count]) => `${ctx.t(`check.${name}`)} ${number(count)}`).join(", ")))))) ;
  }

  function draw() {
    const state = ctx.state;
    const top = box.scrollTop;
    fill(bar, h("span", {class: "muted"}, state.at ? ctx.t("latency.at", {time: fullTime(state.at, ctx.zone)}) : ctx.t("latency.counting")),
      state.at && state.progress !== null ? h("span", {class: "muted", role: "status"}, ctx.t("latency.counting")) : null,
      h("span", {class: "chips"}, h("span", {class: "caption"}, ctx.t("export.title")), h("button", {type: "button", disabled: !state.at, onclick: () => ctx.send("save", {})}, ctx.t("wall.csv"))));
    notice.hidden = !state.trouble;
    fill(notice, state.trouble || "");
    fill(box, state.feeds.length ? feeds(state) : null, state.at ? stations(state) : null,
      state.total > state.rows.length ? h("button", {type: "button", onclick: () => ctx.send("more")}, ctx.t("wall.more", {n: number(state.total - state.rows.length)})) : null);
    box.scrollTop = top;
  }

  ctx.every(15000, () => { if (box.offsetParent) draw(); });
  return () => { box.setAttribute("aria-label", ctx.t("monitor.latency")); draw(); };
});
