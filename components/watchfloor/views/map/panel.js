// The list of layers: on or off, order, opacity, and the legend of each.
const SVG = "http://www.w3.org/2000/svg"
const PATHS = {
  circle: "M0 -6A6 6 0 1 1 0 6A6 6 0 1 1 0 -6Z", square: "M-5.5 -5.5H5.5V5.5H-5.5Z", triangle: "M0 -6L6.5 5.5H-6.5Z",
  inverted_triangle: "M0 6L6.5 -5.5H-6.5Z", diamond: "M0 -7L5.5 0L0 7L-5.5 0Z", cross: "M-6 0H6M0 -6V6",
  x: "M-5 -5L5 5M-5 5L5 -5", plus: "M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z", dash: "M-6 0H6",
  star: "M0 -7L1.8 -2.2H6.7L2.8 .9L4.2 6L0 3L-4.2 6L-2.8 .9L-6.7 -2.2H-1.8Z", hex: "M-6 0L-3 -5.2H3L6 0L3 5.2H-3Z",
}
const OVER = {x: "M-4.2 -4.2L4.2 4.2M-4.2 4.2L4.2 -4.2", cross: "M-6 0H6M0 -6V6", dot: "M0 -1.5A1.5 1.5 0 1 1 0 1.5A1.5 1.5 0 1 1 0 -1.5Z"}

function make(tag, name, text) {
  const found = document.createElement(tag)
  if (name) found.className = name
  if (text !== undefined) found.textContent = text
  return found
}

function sign(swatch) {
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("viewBox", "-9 -9 18 18")
  svg.setAttribute("class", "sign")
  svg.setAttribute("aria-hidden", "true")
  const draw = (d, fill, stroke, width) => {
    const path = document.createElementNS(SVG, "path")
    path.setAttribute("d", d)
    path.setAttribute("fill", fill)
    path.setAttribute("stroke", stroke)
    path.setAttribute("stroke-width", width)
    svg.append(path)
  }
  if (swatch.kind === "line") draw("M-8 4L-2 -3L2 2L8 -4", "none", swatch.colour, 2)
  else if (swatch.kind === "area") draw("M-7 -5H7V5H-7Z", swatch.colour + "80", swatch.colour, 1.5)
  else {
    const [base, over] = swatch.shape in PATHS ? [swatch.shape, ""] : swatch.shape.split("_")
    const open = ["cross", "x", "dash"].includes(base)
    draw(PATHS[base] || PATHS.circle, open ? "none" : swatch.colour, open ? swatch.colour : "var(--wf-edge, #0008)", open ? 2 : 1)
    if (OVER[over]) draw(OVER[over], "none", "#0B1118", 1.2)
  }
  return svg
}

function line(swatch) {
  if (swatch.kind !== "ramp") {
    const found = make("li", "swatch")
    found.append(sign(swatch), make("span", "", swatch.text))
    return found
  }
  const found = make("li", "swatch ramp")
  const bar = make("span", "colours")
  bar.style.background = `linear-gradient(to right, ${swatch.ramp.join(", ")})`
  found.append(make("span", "", swatch.text), bar, make("span", "num", swatch.low), make("span", "num high", swatch.high))
  return found
}

export function render({model}) {
  const root = make("div", "layers")
  const said = make("div", "said")
  said.setAttribute("role", "status")
  const words = key => (model.words || {})[key] || key
  let open = new Set()
  let focus = null

  function tool(text, key, layer, act) {
    const found = make("button", "tool", text)
    found.type = "button"
    found.title = `${words(key)}: ${layer.title}`
    found.setAttribute("aria-label", found.title)
    found.dataset.key = `${key} ${layer.name}`
    found.addEventListener("click", act)
    return found
  }

  function row(layer, first, last) {
    const item = make("li", "layer")
    item.classList.toggle("off", !layer.visible)
    const head = make("div", "head")
    const label = make("label", "name")
    const box = make("input")
    box.type = "checkbox"
    box.checked = layer.visible
    box.dataset.key = `visible ${layer.name}`
    box.addEventListener("change", () => send("visible", layer, {on: box.checked}, box))
    label.append(box, make("span", "", layer.title))
    head.append(label)
    if (layer.count) head.append(make("span", "num count", layer.count))
    const more = tool(open.has(layer.name) ? "▾" : "▸", "legend", layer, () => {
      if (open.has(layer.name)) open.delete(layer.name)
      else open.add(layer.name)
      focus = more.dataset.key
      fill()
    })
    more.setAttribute("aria-expanded", String(open.has(layer.name)))
    head.append(more)
    item.append(head)
    for (const text of layer.notes) item.append(make("div", "remark", text))
    if (layer.trouble) item.append(make("div", "trouble", layer.trouble))
    if (open.has(layer.name)) {
      const body = make("div", "body")
      const row = make("div", "controls")
      const slider = make("input")
      slider.type = "range"
      slider.min = 0
      slider.max = 100
      slider.step = 5
      slider.value = Math.round(layer.opacity * 100)
      slider.dataset.key = `opacity ${layer.name}`
      slider.setAttribute("aria-label", `${words("opacity")}: ${layer.title}`)
      slider.addEventListener("change", () => send("opacity", layer, {value: slider.value / 100}, slider))
      const up = tool("↑", "raise", layer, () => send("raise", layer, {}, up))
      const down = tool("↓", "lower", layer, () => send("lower", layer, {}, down))
      up.disabled = first
      down.disabled = last
      row.append(make("span", "muted", words("opacity")), slider, up, down)
      const swatches = make("ul", "legend")
      swatches.append(...layer.swatches.map(line))
      body.append(row, swatches)
      if (layer.credit) body.append(make("div", "remark", layer.credit))
      item.append(body)
    }
    return item
  }

  function send(what, layer, more, source) {
    focus = source.dataset.key
    model.send_msg({do: what, name: layer.name, ...more})
  }

  // the server writes it as one string
  function state() {
    return typeof model.state === "string" ? JSON.parse(model.state) : model.state || {}
  }

  function fill() {
    const scroll = root.scrollTop
    const {layers = [], groups = []} = state()
    root.replaceChildren(said)
    root.setAttribute("aria-label", words("layers"))
    root.setAttribute("role", "region")
    for (const group of groups) {
      const own = layers.filter(layer => layer.group === group.name)
      if (!own.length) continue
      const block = make("section", "group")
      const title = make("h2", "", group.title)
      const list = make("ul", "list")
      list.setAttribute("aria-label", group.title)
      list.append(...own.map(layer => row(layer, layer === layers[0], layer === layers[layers.length - 1])))
      block.append(title, list)
      root.append(block)
    }
    root.scrollTop = scroll
    if (focus) {
      for (const element of root.querySelectorAll("[data-key]")) if (element.dataset.key === focus && !element.disabled) element.focus()
      focus = null
    }
  }
  open = new Set((state().layers || []).filter(layer => layer.open).map(layer => layer.name))
  model.on(["state", "words"], () => {
    const active = root.getRootNode().activeElement
    if (!focus && active && active.dataset) focus = active.dataset.key || null
    fill()
  })
  fill()
  return root
}
