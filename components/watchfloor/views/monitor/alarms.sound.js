// A sound for new alarms that nobody has taken note of: made here, off until somebody turns it on.

const SOUND_KEY = "wf-alarm-sound";

/** Two tones, twice for red; no file, nothing is fetched. */
function beep(audio, colour) {
  const base = {red: 880, orange: 740, yellow: 587, blue: 494}[colour] || 587;
  const turns = colour === "red" ? 4 : 2;
  for (let turn = 0; turn < turns; turn += 1) {
    const at = audio.currentTime + turn * 0.28;
    const tone = audio.createOscillator(), loud = audio.createGain();
    tone.frequency.value = turn % 2 ? base * 0.75 : base;
    loud.gain.setValueAtTime(0.0001, at);
    loud.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.25);
    tone.connect(loud).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.27);
  }
}

/** A choice of colours from which on a new alarm is heard; `hear(calls)` is told when alarms of each colour began to wait. */
function sounding(ctx) {
  let audio = null, before = null;
  let held = "";
  try { held = localStorage.getItem(SOUND_KEY) || ""; } catch (error) { held = ""; }
  if (!COLOURS.includes(held)) held = "";
  const choice = h("select", {class: "sound", onchange: () => {
    held = choice.value;
    try { localStorage.setItem(SOUND_KEY, held); } catch (error) { /* it holds for this page only */ }
    if (held) { audio = audio || new AudioContext(); audio.resume(); beep(audio, held); }
  }});
  const words = () => {
    choice.setAttribute("aria-label", ctx.t("alarms.sound"));
    choice.title = ctx.t("alarms.sound.long");
    fill(choice, h("option", {value: ""}, ctx.t("alarms.sound.off")), COLOURS.map((colour) => h("option", {value: colour}, ctx.t("alarms.sound.from", {colour: ctx.t(`alarms.colour.${colour}`)}))));
    choice.value = held;
  };
  ctx.ends(() => { if (audio) audio.close(); });
  return {
    choice, words,
    hear(calls, live) {
      const last = before;
      before = {...calls};
      if (!last || !held || !live) return;
      const worst = COLOURS.slice(0, COLOURS.indexOf(held) + 1).find((colour) => (calls[colour] || 0) > (last[colour] || 0));
      if (!worst) return;
      audio = audio || new AudioContext(); // without a touch of the page the browser keeps it still
      beep(audio, worst);
    },
  };
}
