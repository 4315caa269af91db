// The tabs of the desk's middle, and what the page around it must know.

const DeskTabsPane = pane("desktabs", (ctx) => {
  const list = h("div", {class: "chips", role: "tablist"});
  const wall = document.documentElement.hasAttribute("data-wall");
  ctx.root.append(list);
  return (state) => {
    const {tabs = [], open = "", vacant = true} = state;
    list.setAttribute("aria-label", ctx.t("monitor.tabs"));
    ctx.root.hidden = wall || tabs.length < 2;
    fill(list, tabs.map((name) => h("button", {
      type: "button", role: "tab", "aria-selected": name === open ? "true" : "false", class: `tab ${name === open ? "on" : ""}`,
      onclick: () => ctx.send("tab", {name}),
    }, ctx.t(`monitor.${name}`))));
    // One station's detail stands beside the wall only while there is one.
    const slot = document.getElementById("wf-detail");
    if (slot) slot.toggleAttribute("data-vacant", vacant);
  };
});
