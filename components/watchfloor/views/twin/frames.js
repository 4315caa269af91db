// The course in time: a slider, and play, which asks for the next picture once the last is there.

const FramesPane = pane("frames", (ctx) => {
  const play = h("button", {type: "button", onclick: () => toggle()});
  const slide = h("input", {type: "range", min: 0, step: 1, oninput: () => ask(Number(slide.value))});
  const shown = h("span", {class: "num shown"});
  const bar = h("div", {class: "row"}, play, slide, shown);
  ctx.root.append(bar);
  let playing = false, timer = 0;

  function ask(value) { ctx.send("frame", {value}); }
  function toggle() { playing = !playing; draw(); if (playing) next(); else clearTimeout(timer); }
  function next() {
    clearTimeout(timer);
    const state = ctx.state;
    if (!playing || !state.frames) return;
    ask(state.on ? (state.frame + 1) % state.frames : 0);
    timer = setTimeout(next, 1500); // the answer comes sooner, and asks for the one after it
  }
  ctx.ends(() => clearTimeout(timer));
  ctx.listen(document, "keydown", (event) => {
    const target = event.composedPath()[0];
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT|BUTTON|SUMMARY)$/.test(target.tagName || "")) return;
    if (event.key === "p" && ctx.state.frames) { event.preventDefault(); toggle(); }
  });

  function lasting(seconds) {
    const minutes = Math.round(seconds / 60);
    return minutes < 120 ? `${minutes} min` : minutes < 4320 ? `${number(seconds / 3600, 1)} h` : `${number(seconds / 86400, 1)} d`;
  }

  function draw() {
    const state = ctx.state;
    ctx.root.hidden = !state.frames;
    if (!state.frames) { playing = false; return; }
    play.textContent = playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", ctx.t(playing ? "twin.pause" : "twin.play"));
    slide.setAttribute("aria-label", ctx.t("twin.frame"));
    slide.max = state.frames - 1;
    if (ctx.root.getRootNode().activeElement !== slide || playing) slide.value = state.frame;
    const at = state.start === null ? "" : ` · ${fullTime(state.start + state.seconds * 1000, ctx.zone)}`;
    slide.setAttribute("aria-valuetext", lasting(state.seconds));
    shown.textContent = `${ctx.language === "zh" ? state.title.zh : state.title.en}: +${lasting(state.seconds)}${at}`;
    bar.classList.toggle("off", !state.on);
  }
  return () => { draw(); if (playing) { clearTimeout(timer); timer = setTimeout(next, 220); } };
});
