// The tabs of the desk's middle, and what the page around it must know.

const DeskTabsPane = pane("desktabs", (ctx) => {
  const list = h("div", {class: "chips", role: "tablist", onkeydown: walk});
  const wall = document.documentElement.hasAttribute("data-wall");
  ctx.root.append(list);

  /** Left and right go from tab to tab, as in every list of tabs. */
  function walk(event) {
    const step = {ArrowLeft: -1, ArrowRight: 1, Home: -99, End: 99}[event.key];
    const all = [...list.children], at = all.indexOf(event.target);
    if (!step || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
    next.focus();
    next.click();
  }

  /** One station's detail stands beside the wall only while there is one. */
  function makeRoom(vacant) {
    const slot = document.getElementById("wf-detail");
    if (!slot) return;
    slot.toggleAttribute("data-vacant", vacant);
    slot.style.display = vacant ? "none" : "";
    if (vacant) slot.parentElement.style.setProperty("--detail", "0px");
    else slot.parentElement.style.removeProperty("--detail");
  }

  return (state) => {
    const {tabs = [], open = "", vacant = true} = state;
    const focused = list.contains(ctx.root.getRootNode().activeElement);
    list.setAttribute("aria-label", ctx.t("monitor.tabs"));
    ctx.root.hidden = wall || tabs.length < 2;
    fill(list, tabs.map((name) => h("button", {
      type: "button", role: "tab", "aria-selected": name === open ? "true" : "false", tabindex: name === open ? "0" : "-1", class: `tab ${name === open ? "on" : ""}`,
      onclick: () => ctx.send("tab", {name}),
    }, ctx.t(`monitor.${name}`))));
    if (focused) list.querySelector(".on").focus();
    makeRoom(vacant);
  };
});
