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
