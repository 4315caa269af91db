// How each source stands: late is shown as late, never as calm.

const HealthPane = pane("feeds", (ctx) => {
  const title = h("span", {class: "caption"});
  const list = h("ul", {class: "sources"});
  const more = h("div", {class: "more", role: "region", tabindex: "-1", hidden: true});
  ctx.root.append(h("div", {class: "strip"}, title, list), more);

  function age(line) {
    if (line.ok === null) return ctx.t("feeds.never");
    return ago(line.ok, ctx.now(), ctx.language);
  }

  function source(line, opened) {
    const held = line.held ? h("span", {class: "held"}, ` ⚑ ${number(line.held)}`) : null;
    const told = [ctx.t(`feeds.${line.health}.long`), line.message].filter(Boolean).join(" — ");
    return h("li", {},
      h("button",
        {
          type: "button", class: `source ${line.health}`, "aria-expanded": opened === line.source ? "true" : "false", title: told,
          "aria-label": `${line.source}: ${ctx.t(`feeds.${line.health}`)}, ${age(line)}${line.held ? ", " + ctx.t("feeds.held", {n: line.held}) : ""}. ${line.message}`,
          onclick: () => ctx.send("open", {source: opened === line.source ? "" : line.source}),
        },
        // The word of those that are well stands once, before them: room is for those that are not.
        healthSign(line.health), h("span", {class: "name"}, brief(line.source)), line.health === "ok" ? null : h("span", {class: "word"}, ctx.t(`feeds.${line.health}`)),
        h("span", {class: "num muted"}, age(line)), held));
  }

  /** A name without the floor's own prefix, which says nothing here. */
  function brief(name) {
    const {prefix = ""} = ctx.state;
    return prefix && name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : name;
  }

  function draw() {
    const {feeds = [], opened = "", loading} = ctx.state;
    const well = feeds.filter((line) => line.health === "ok").length;
    const said = well ? h("li", {class: "well"}, healthSign("ok"), h("strong", {class: "num"}, `${well} / ${feeds.length}`), ` ${ctx.t("feeds.ok")}`) : null;
    const calm = WALL ? [] : feeds.filter((line) => line.health === "ok"); // across a room their number is enough
    const ill = feeds.filter((line) => line.health !== "ok").map((line) => source(line, opened));
    fill(list, feeds.length ? [ill, said, calm.map((line) => source(line, opened))] : h("li", {class: "muted"}, ctx.t(loading ? "state.loading" : "feeds.nothing")));
  }

  ctx.every(15000, draw);
  ctx.ticks = draw;
  return (state) => {
    fill(title, ctx.t("feeds.title"));
    draw();
    const about = state.about;
    more.hidden = !about;
    if (!about) { fill(more); return; }
    fill(more,
      h("div", {class: "behind-head"}, h("strong", {}, about.source), h("button", {type: "button", onclick: () => ctx.send("open", {source: ""})}, ctx.t("action.close"))),
      h("dl", {class: "facts"},
        h("dt", {}, ctx.t("feeds.state")), h("dd", {}, healthSign(about.health), " ", ctx.t(`feeds.${about.health}.long`)),
        h("dt", {}, ctx.t("feeds.last")), h("dd", {class: "num"}, about.ok === null ? ctx.t("feeds.never") : fullTime(about.ok, ctx.zone)),
        h("dt", {}, ctx.t("feeds.newest")), h("dd", {class: "num"}, about.newest === null ? "–" : fullTime(about.newest, ctx.zone)),
        h("dt", {}, ctx.t("feeds.cadence")), h("dd", {class: "num"}, about.cadence ? span(about.cadence, ctx.language) : "–"),
        h("dt", {}, ctx.t("feeds.late_after")), h("dd", {class: "num"}, about.late_after ? span(about.late_after, ctx.language) : "–"),
        about.message ? [h("dt", {}, ctx.t("feeds.message")), h("dd", {}, about.message)] : null),
      about.quarantine.length ? [
        h("p", {class: "muted"}, ctx.t("feeds.quarantine", {n: number(about.held)})),
        h("table", {class: "held-list"},
          h("thead", {}, h("tr", {}, [ctx.t("feeds.when"), ctx.t("feeds.reason"), ctx.t("feeds.where"), ctx.t("feeds.size")].map((text) => h("th", {scope: "col"}, text)))),
          h("tbody", {}, about.quarantine.map((held) => h("tr", {},
            h("td", {class: "num"}, fullTime(held.known, ctx.zone)), h("td", {}, held.reason), h("td", {}, held.where), h("td", {class: "num"}, `${number(held.size)} B`))))),
      ] : null);
    if (!more.contains(ctx.root.getRootNode().activeElement)) more.focus({preventScroll: true});
  };
});
