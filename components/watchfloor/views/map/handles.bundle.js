// Made by watchfloor.views.twin.bundle of frame.js and handles.js; edit those, not this.
// The map's frame: moving and zooming by button, key and touch, the read-out of the pointer's place, a scale bar,
// and drawing an area. Ranges are moved here, without asking the server; it hears of a view once it stands still.
const RADIUS = 6378137
const SVG = "http://www.w3.org/2000/svg"
const STEPS = [1, 2, 5]

function make(tag, name, text) {
  const found = document.createElement(tag)
  if (name) found.className = name
  if (text) found.textContent = text
  return found
}

function lonlat(x, y) {
  return [(x / RADIUS) * 180 / Math.PI, Math.atan(Math.sinh(y / RADIUS)) * 180 / Math.PI]
}

function degrees(value, positive, negative) {
  return `${Math.abs(value).toFixed(4)}° ${value >= 0 ? positive : negative}`
}

function framed({view, model, el}) {
  const root = make("div", "map")
  const stage = make("div", "stage")
  stage.tabIndex = 0
  stage.setAttribute("role", "application")
  // Bokeh lays a figure out three times before it stands, and would paint it each time
  const hold = (held) => model.figure?.setv({hold_render: held}, {sync: false})
  hold(true)
  let stands = false
  model.on("after_layout", () => { if (!stands) { stands = true; hold(false) } })
  const figure = model.get_child("figure")
  if (figure) stage.append(figure)
  const sketch = document.createElementNS(SVG, "svg")
  sketch.setAttribute("class", "sketch")
  sketch.setAttribute("aria-hidden", "true")
  const outline = document.createElementNS(SVG, "polygon")
  sketch.append(outline)
  stage.append(sketch)

  const tools = make("div", "tools")
  tools.setAttribute("role", "toolbar")
  const foot = make("div", "foot")
  const place = make("span", "num place")
  const bar = make("span", "bar num")
  foot.append(place, bar)
  const note = make("div", "note")
  note.setAttribute("role", "status")
  const form = make("form", "form")
  form.hidden = true
  const tip = make("div", "tip")
  tip.hidden = true
  tip.setAttribute("aria-hidden", "true")
  root.append(stage, tools, form, foot, note, tip)
  const wall = document.documentElement.hasAttribute("data-wall")
  root.classList.toggle("wall", wall)
  tools.hidden = wall  // nobody touches it: there is more room for the map

  const words = key => (model.words || {})[key] || key
  // a hand has no Enter and no Esc
  const hint = () => words(matchMedia("(pointer: coarse)").matches ? "hint.touch" : "hint")
  const plot = () => view.get_child_view(model.figure)
  const ranges = () => [plot()?.model.x_range, plot()?.model.y_range]
  let corners = []
  let drawing = false
  let asked = null
  let waiting = 0
  let pending = false

  // --- geometry of the screen -------------------------------------------------------------------------------------
  function inner() {
    const seen = plot()
    if (!seen || !seen.frame) return null
    const box = seen.frame.bbox
    const at = seen.el.getBoundingClientRect()
    const own = stage.getBoundingClientRect()
    return {left: at.left - own.left + box.left, top: at.top - own.top + box.top, width: box.width, height: box.height}
  }
  function metres(event) {
    const box = inner(), [x, y] = ranges(), own = stage.getBoundingClientRect()
    if (!box || !x) return null
    const fx = (event.clientX - own.left - box.left) / box.width
    const fy = (event.clientY - own.top - box.top) / box.height
    if (fx < 0 || fx > 1 || fy < 0 || fy > 1) return null
    return [x.start + fx * (x.end - x.start), y.end - fy * (y.end - y.start)]
  }
  function pixels([mx, my]) {
    const box = inner(), [x, y] = ranges()
    return [box.left + (mx - x.start) / (x.end - x.start) * box.width,
            box.top + (y.end - my) / (y.end - y.start) * box.height]
  }
  function see(left, bottom, right, top) {
    const [x, y] = ranges(), box = inner()
    if (!x || !box) return
    // one metre east is as long as one metre north, whatever was asked for
    const scale = Math.max((right - left) / box.width, (top - bottom) / box.height, 60 / box.width)
    const cx = (left + right) / 2, cy = (bottom + top) / 2
    x.setv({start: cx - scale * box.width / 2, end: cx + scale * box.width / 2})
    y.setv({start: cy - scale * box.height / 2, end: cy + scale * box.height / 2})
  }
  function zoom(factor) {
    const [x, y] = ranges()
    if (!x) return
    const cx = (x.start + x.end) / 2, cy = (y.start + y.end) / 2
    const w = (x.end - x.start) / 2 * factor, h = (y.end - y.start) / 2 * factor
    see(cx - w, cy - h, cx + w, cy + h)
  }
  function move(east, north) {
    const [x, y] = ranges()
    if (!x) return
    const dx = (x.end - x.start) * east, dy = (y.end - y.start) * north
    x.setv({start: x.start + dx, end: x.end + dx})
    y.setv({start: y.start + dy, end: y.end + dy})
  }

  // --- what the server hears ----------------------------------------------------------------------------------------
  function tell() {
    asked = null
    const box = inner(), [x, y] = ranges()
    if (!box || !x || box.width < 2) return
    pending = false
    waiting = performance.now()
    model.send_msg({do: "view", box: [x.start, y.start, x.end, y.end],
                    width: Math.round(box.width), height: Math.round(box.height)})
  }
  function moved() {
    scale()
    redraw()
    // one view is asked for at a time: a slow link or a busy server gets fewer of them, never a queue
    if (waiting && performance.now() - waiting < 2000) pending = true
    else if (asked === null) asked = setTimeout(tell, 25)
  }
  function level() {
    // a figure without tiles does not keep its proportions by itself
    const box = inner(), [x, y] = ranges()
    if (!box || !x || box.width < 2) return
    const across = (x.end - x.start) / box.width, up = (y.end - y.start) / box.height
    if (Math.abs(across / up - 1) > 0.01) see(x.start, y.start, x.end, y.end)
    moved()
  }

  // --- scale bar ----------------------------------------------------------------------------------------------------
  function scale() {
    const box = inner(), [x, y] = ranges()
    if (!box || !x || box.width < 2) return
    const [, lat] = lonlat(0, (y.start + y.end) / 2)
    const metre = (x.end - x.start) / box.width * Math.cos(lat * Math.PI / 180)
    const most = (wall ? 220 : 110) * metre
    const power = Math.pow(10, Math.floor(Math.log10(most)))
    const step = STEPS.filter(s => s * power <= most).pop() * power
    bar.textContent = step >= 1000 ? `${step / 1000} km` : `${step} m`
    bar.style.width = `${step / metre}px`
  }

  // --- drawing ------------------------------------------------------------------------------------------------------
  function redraw() {
    if (!corners.length || !inner()) {
      outline.setAttribute("points", "")
      for (const dot of sketch.querySelectorAll("circle")) dot.remove()
      return
    }
    const at = corners.map(pixels)
    outline.setAttribute("points", at.map(p => p.join(",")).join(" "))
    for (const dot of sketch.querySelectorAll("circle")) dot.remove()
    for (const [cx, cy] of at) {
      const dot = document.createElementNS(SVG, "circle")
      dot.setAttribute("cx", cx)
      dot.setAttribute("cy", cy)
      dot.setAttribute("r", 4)
      sketch.append(dot)
    }
  }
  function draw(on) {
    drawing = on
    corners = []
    stage.classList.toggle("drawing", on)
    note.textContent = on ? hint() : ""
    buttons()
    redraw()
    if (on) stage.focus()
  }
  function finish() {
    if (corners.length >= 3) {
      model.send_msg({do: "area", ring: corners.map(([x, y]) => lonlat(x, y))})
      draw(false)
    }
  }
  function undo() {
    corners.pop()
    note.textContent = words("corners").replace("{n}", corners.length)
    redraw()
  }
  function tapped(event) {
    const at = metres(event)
    if (!at) return
    if (drawing) {
      if (corners.length < 200) corners.push(at)
      note.textContent = `${words("corners").replace("{n}", corners.length)} · ${hint()}`
      redraw()
      return
    }
    const box = inner(), [x] = ranges()
    const finger = event.pointerType === "touch" ? 22 : 11
    model.send_msg({do: "tap", x: at[0], y: at[1], reach: (x.end - x.start) / box.width * finger})
  }

  // --- pointing -----------------------------------------------------------------------------------------------------
  // One box for all layers, its text set as text only: what feeds wrote can never become markup here.
  const PARTS = ["mark", "line", "area"]
  const known = new WeakMap()
  function viewed(renderer) {
    // where Bokeh keeps the views of its renderers differs between its versions
    if (known.has(renderer)) return known.get(renderer)
    const waiting = [plot()]
    while (waiting.length) {
      for (const found of waiting.pop().children_views?.() ?? []) {
        if (!found) continue
        known.set(found.model, found)
        waiting.push(found)
      }
    }
    return known.get(renderer) ?? null
  }
  function pointed(event) {
    const seen = plot(), at = seen.el.getBoundingClientRect(), found = []
    const geometry = {type: "point", sx: event.clientX - at.left, sy: event.clientY - at.top}
    for (const renderer of [...seen.model.renderers].reverse()) {
      const [name, part] = (renderer.name || "").split("#")
      const titles = (model.tips || {})[name]
      if (!renderer.visible || !titles || !PARTS.includes(part)) continue
      const hit = viewed(renderer)?.hit_test?.(geometry)
      const rows = hit ? [...hit.indices] : []
      for (const row of rows.slice(0, 3)) found.push({part: PARTS.indexOf(part), titles, row, data: renderer.data_source.data})
    }
    found.sort((a, b) => a.part - b.part)
    return found
  }
  function text(found, i) {
    return String(found.data[`tip${i}`]?.[found.row] ?? "")
  }
  function hover(event) {
    const found = drawing || event.buttons ? [] : pointed(event)
    tip.hidden = !found.length
    if (!found.length) return
    const [first, ...rest] = found
    const table = make("dl")
    first.titles.labels.slice(0, 8).forEach((label, i) => {
      const value = text(first, i)
      if (value && value !== "–") table.append(make("dt", "", label), make("dd", "num", value))
    })
    tip.replaceChildren(make("div", "title", first.titles.title), table)
    for (const other of rest.slice(0, 3)) tip.append(make("div", "other", `${other.titles.title}: ${text(other, 0)}`))
    if (rest.length > 3) tip.append(make("div", "other", `+ ${rest.length - 3}`))
    const own = stage.getBoundingClientRect()
    const x = event.clientX - own.left, y = event.clientY - own.top
    tip.style.left = `${Math.max(4, x + 16 + tip.offsetWidth > own.width ? x - tip.offsetWidth - 12 : x + 16)}px`
    tip.style.top = `${Math.max(4, Math.min(y + 14, own.height - tip.offsetHeight - 4))}px`
  }

  // --- buttons ------------------------------------------------------------------------------------------------------
  function button(sign, key, act, wide) {
    const found = make("button", wide ? "wide" : "", wide ? words(key) : sign)
    found.type = "button"
    found.title = words(key)
    found.setAttribute("aria-label", words(key))
    found.addEventListener("click", act)
    return found
  }
  function buttons() {
    tools.replaceChildren()
    stage.setAttribute("aria-label", words("keys"))
    tools.setAttribute("aria-label", words("map"))
    const moving = make("div", "cluster")
    moving.append(
      button("+", "in", () => zoom(0.5)), button("−", "out", () => zoom(2)),
      button("⌂", "home", () => see(...model.home)))
    const arrows = make("div", "cluster arrows")
    arrows.append(
      button("←", "left", () => move(-0.25, 0)), button("↑", "up", () => move(0, 0.25)),
      button("↓", "down", () => move(0, -0.25)), button("→", "right", () => move(0.25, 0)))
    const area = make("div", "cluster")
    if (drawing) {
      area.append(button("✓", "finish", finish, true), button("↶", "undo", undo), button("✕", "cancel", () => draw(false), true))
    } else {
      const start = button("⬠", "draw", () => draw(true))
      start.setAttribute("aria-pressed", "false")
      const typed = button("▭", "box", () => {
        form.hidden = !form.hidden
        typed.setAttribute("aria-expanded", String(!form.hidden))
        if (!form.hidden) form.querySelector("input").focus()
      })
      typed.setAttribute("aria-expanded", String(!form.hidden))
      area.append(start, typed)
      if (model.chosen) area.append(button("✕", "clear", () => model.send_msg({do: "clear"})))
    }
    const saving = make("div", "cluster")
    saving.append(button("⇩", "picture", save))
    tools.append(moving, arrows, area, saving)
  }
  function fields() {
    form.replaceChildren()
    const bounds = make("label", "", words("bounds"))
    const input = make("input")
    input.name = "bounds"
    input.maxLength = 100
    input.autocomplete = "off"
    bounds.append(input)
    const set = make("button", "", words("set"))
    set.type = "submit"
    form.append(bounds, set)
    if ((model.places || []).length) {
      const named = make("label", "", words("place"))
      const choice = make("select")
      choice.append(new Option(words("choose"), ""), ...model.places.map(name => new Option(name, name)))
      choice.addEventListener("change", () => {
        if (choice.value) model.send_msg({do: "place", name: choice.value})
        form.hidden = true
        buttons()
      })
      named.append(choice)
      form.append(named)
    }
  }
  async function save() {
    const seen = plot()
    if (!seen) return
    const blob = await seen.export("png").to_blob()
    const link = make("a")
    link.href = URL.createObjectURL(blob)
    link.download = model.file || "map.png"
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10000)
  }

  // --- events -------------------------------------------------------------------------------------------------------
  let down = null
  let hovering = 0
  stage.addEventListener("pointerdown", event => { down = [event.clientX, event.clientY] })
  stage.addEventListener("click", event => {
    const still = down && Math.hypot(event.clientX - down[0], event.clientY - down[1]) < 5
    if (still) tapped(event)
  })
  stage.addEventListener("pointermove", event => {
    const at = metres(event)
    if (!at) return
    const [lon, lat] = lonlat(...at)
    if (event.pointerType !== "touch") {
      if (hovering) cancelAnimationFrame(hovering)
      hovering = requestAnimationFrame(() => { hovering = 0; hover(event) })
    }
    place.textContent = `${degrees(lat, "N", "S")}  ${degrees(((lon + 540) % 360) - 180, "E", "W")}`
  })
  stage.addEventListener("pointerleave", () => {
    if (hovering) cancelAnimationFrame(hovering)
    hovering = 0
    tip.hidden = true
    place.textContent = ""
  })
  stage.addEventListener("keydown", event => {
    const acts = {ArrowLeft: () => move(-0.1, 0), ArrowRight: () => move(0.1, 0), ArrowUp: () => move(0, 0.1),
                  ArrowDown: () => move(0, -0.1), "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2),
                  Home: () => see(...model.home)}
    if (drawing) Object.assign(acts, {Escape: () => draw(false), Enter: finish, Backspace: undo})
    if (event.key in acts && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault()
      event.stopPropagation()
      acts[event.key]()
    }
  })
  form.addEventListener("submit", event => {
    event.preventDefault()
    model.send_msg({do: "box", text: form.elements.bounds.value})
  })
  form.addEventListener("keydown", event => {
    if (event.key === "Escape") { form.hidden = true; buttons(); tools.querySelector("[aria-expanded]").focus() }
  })
  model.on("words", () => { buttons(); fields(); note.textContent = drawing ? hint() : "" })
  model.on("places", fields)
  model.on("chosen", buttons)
  model.on("msg:custom", message => {
    if (message.seen) {
      waiting = 0
      if (pending) moved()
    }
    if (message.see) see(...message.see)
    if (message.say !== undefined) {
      note.textContent = message.say
      note.classList.toggle("bad", Boolean(message.bad))
      if (message.ok) form.hidden = true
    }
  })
  const watch = new ResizeObserver(() => requestAnimationFrame(level))
  watch.observe(stage)
  const listening = []
  function listen() {
    const [x, y] = ranges()
    if (!x) { setTimeout(listen, 50); return }
    for (const range of [x, y]) {
      range.change.connect(moved)
      listening.push(range)
    }
    level()
  }
  model.on("after_render", () => requestAnimationFrame(listen))
  const called = () => { stage.focus(); stage.scrollIntoView({block: "nearest"}) }
  document.addEventListener("wf:map", called)
  model.on("remove", () => {
    document.removeEventListener("wf:map", called)
    watch.disconnect()
    for (const range of listening) range.change.disconnect(moved)
  })
  buttons()
  fields()
  // for parts that stand on the map (handles.js): where things are, and what a tap is
  Object.assign(root, {stage, ranges, inner, metres, pixels, lonlat})
  return root
}

// Points on the map that a hand takes: dragged by mouse or finger, moved by the arrow keys, taken away by Delete. While
// something is placed, a bar over the map says what, and a key or a button puts a point in the middle of the view.
export function render(given) {
  const {model} = given
  const root = framed(given)
  const {stage, ranges, inner, pixels, lonlat} = root
  const words = key => (model.words || {})[key] || key
  const layer = document.createElementNS(SVG, "svg")
  layer.setAttribute("class", "handles")
  layer.setAttribute("role", "group")
  const cross = document.createElementNS(SVG, "path")
  cross.setAttribute("class", "cross")
  cross.setAttribute("d", "M-14 0H14M0 -14V14")
  const bar = make("div", "placing")
  bar.hidden = true
  root.append(layer, bar)
  const shown = new Map() // id -> {node, at, title, mine}
  const SETTLED = 1500 // milliseconds in which the server answers
  let held = null, waiting = 0, settling = 0, latest = null

  function send(id, at) {
    latest = [id, at]
    if (waiting) return
    const go = () => {
      waiting = 0
      if (!latest) return
      const [name, [x, y]] = latest
      latest = null
      model.send_msg({do: "drag", id: name, x, y})
      waiting = setTimeout(go, 120)
    }
    go()
  }
  function under(event) {
    // the frame's own place of an event, but a finger may leave the edge
    const box = inner(), [x, y] = ranges(), own = stage.getBoundingClientRect()
    const fx = Math.min(1, Math.max(0, (event.clientX - own.left - box.left) / box.width))
    const fy = Math.min(1, Math.max(0, (event.clientY - own.top - box.top) / box.height))
    return [x.start + fx * (x.end - x.start), y.end - fy * (y.end - y.start)]
  }
  function put(one) {
    const [x, y] = pixels(one.at)
    one.node.setAttribute("transform", `translate(${x} ${y})`)
    const [lon, lat] = lonlat(...one.at)
    one.node.setAttribute("aria-label", `${one.title}: ${lon.toFixed(4)}, ${lat.toFixed(4)}. ${words("handle")}`)
  }
  function made(id) {
    const node = document.createElementNS(SVG, "g")
    node.setAttribute("role", "button")
    node.setAttribute("tabindex", "0")
    const reach = document.createElementNS(SVG, "circle"), knob = document.createElementNS(SVG, "circle")
    const title = document.createElementNS(SVG, "title")
    reach.setAttribute("r", matchMedia("(pointer: coarse)").matches ? 22 : 13)
    reach.setAttribute("class", "reach")
    knob.setAttribute("r", 7)
    knob.setAttribute("class", "knob")
    node.append(title, reach, knob)
    const one = {node, at: [0, 0], title: "", mine: 0}
    node.addEventListener("pointerdown", event => {
      event.stopPropagation()
      event.preventDefault()
      node.focus()
      node.setPointerCapture(event.pointerId)
      held = id
    })
    node.addEventListener("pointermove", event => {
      if (held !== id) return
      event.stopPropagation()
      one.at = under(event)
      put(one)
      send(id, one.at)
    })
    const drop = event => {
      if (held !== id) return
      event.stopPropagation()
      held = null
      mine(one)
    }
    node.addEventListener("pointerup", drop)
    node.addEventListener("pointercancel", drop)
    node.addEventListener("click", event => event.stopPropagation())
    node.addEventListener("keydown", event => {
      const by = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key]
      if (event.key === "Delete" || event.key === "Backspace") model.send_msg({do: "pick", id})
      else if (by && !event.ctrlKey && !event.metaKey && !event.altKey) {
        const box = inner(), [x] = ranges(), step = (x.end - x.start) / box.width * (event.shiftKey ? 40 : 6)
        one.at = [one.at[0] + by[0] * step, one.at[1] + by[1] * step]
        mine(one)
        put(one)
        send(id, one.at)
      } else return
      event.preventDefault()
      event.stopPropagation()
    })
    layer.append(node)
    shown.set(id, one)
    return one
  }
  // It stays where it was put until the server knows: what it says meanwhile is of where it was. Refused, it goes back.
  function mine(one) {
    one.mine = performance.now() + SETTLED
    clearTimeout(settling)
    settling = setTimeout(sync, SETTLED + 10)
  }
  function sync() {
    if (!inner() || !ranges()[0]) return
    const there = new Set()
    for (const item of model.handles || []) {
      there.add(item.id)
      const one = shown.get(item.id) || made(item.id)
      one.title = item.title
      one.node.setAttribute("class", item.kind)
      one.node.querySelector("title").textContent = item.title
      if (held !== item.id && !(performance.now() < one.mine)) one.at = [item.x, item.y]
      put(one)
    }
    for (const [id, one] of shown) {
      if (there.has(id) || held === id) continue
      one.node.remove()
      shown.delete(id)
    }
    layer.setAttribute("aria-label", words("handles"))
    const box = inner()
    if (model.placing) {
      cross.setAttribute("transform", `translate(${box.left + box.width / 2} ${box.top + box.height / 2})`)
      layer.append(cross)
    } else cross.remove()
  }

  function middle() {
    const [x, y] = ranges()
    model.send_msg({do: "tap", x: (x.start + x.end) / 2, y: (y.start + y.end) / 2, reach: 0})
  }
  function button(key, act, first) {
    const found = make("button", first ? "primary" : "", words(key))
    found.type = "button"
    found.addEventListener("click", act)
    return found
  }
  function placing() {
    bar.hidden = !model.placing
    stage.classList.toggle("drawing", Boolean(model.placing))
    if (!model.placing) { bar.replaceChildren(); sync(); return }
    // on a telephone what asks for a place lies far below the map
    if (!bar.childElementCount) root.scrollIntoView({block: "nearest"})
    const text = make("span", "", model.placing)
    text.setAttribute("role", "status")
    bar.replaceChildren(text, button("put", middle))
    if (model.lines) bar.append(button("undo", () => model.send_msg({do: "undo"})), button("finish", () => model.send_msg({do: "finish"}), true))
    bar.append(button("cancel", () => model.send_msg({do: "stop"})))
    sync()
  }
  stage.addEventListener("keydown", event => {
    if (!model.placing || event.ctrlKey || event.metaKey || event.altKey) return
    const act = {Enter: middle, " ": middle, Backspace: () => model.send_msg({do: "undo"}), Escape: () => model.send_msg({do: "stop"})}[event.key]
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  })
  model.on("handles", sync)
  model.on("placing", placing)
  model.on("lines", placing)
  model.on("words", placing)
  const watching = []
  function follow() {
    const [x, y] = ranges()
    if (!x) { setTimeout(follow, 60); return }
    for (const range of [x, y]) {
      range.change.connect(sync)
      watching.push(range)
    }
    sync()
  }
  const sized = new ResizeObserver(() => requestAnimationFrame(sync))
  sized.observe(stage)
  model.on("after_render", () => requestAnimationFrame(follow))
  model.on("remove", () => {
    clearTimeout(waiting)
    clearTimeout(settling)
    sized.disconnect()
    for (const range of watching) range.change.disconnect(sync)
  })
  placing()
  return root
}
