// Shows what the server sends to all pages alike: it is put into this page's models here, and the server is not told.
// Which topics, and which parts they are of, stands in the page's signals (see page/signals.py) as `live`.
const follow = () => {
  let carrier = null, heard = 0, told = null, stops = []

  const doc = () => {
    const docs = window.Bokeh && window.Bokeh.documents
    return docs && docs.length ? docs[docs.length - 1] : null
  }
  const models = () => { const found = doc(); return found ? [...found._all_models.values()] : [] }
  const pane = (name) => models().find((model) => model.class_name === name)
  const put = (model, values) => { if (model) model.setv(values, {sync: false}) }
  const state = (model) => (typeof model.data.state === 'string' ? JSON.parse(model.data.state) : model.data.state || {})
  // what was known at a past time is the session's own to tell
  const past = () => { const list = pane('ListPane'); return Boolean(list && list.data.clock && (list.data.clock.as_of ?? null) !== null) }
  // nothing stands for no number: gaps in lines
  const numbers = (value) => (Array.isArray(value) ? value.map(numbers) : value === null ? NaN : value)

  function choose(text) {
    // the row in focus is this page's own
    const next = JSON.parse(text), [kind, source, key] = told.record
    const place = next.rows.findIndex((row) => row.key === key && row.kind === kind && row.source === source)
    const before = state(pane('ListPane')).selected
    next.selected = place >= 0 ? next.start + place : before === undefined ? null : before
    return JSON.stringify(next)
  }
  function count(counts) {
    const panel = pane('Panel')
    if (!panel) return
    const next = state(panel)
    for (const line of next.layers || []) if (line.visible && counts[line.name] !== undefined) line.count = counts[line.name]
    put(panel.data, {state: JSON.stringify(next)})
  }
  function draw(layer, parts) {
    for (const model of models()) {
      const [name, part] = String(model.name || '').split('#')
      if (name !== layer || !(part in parts) || !model.data_source) continue
      const source = model.data_source, data = {}
      for (const column of Object.keys(source.data)) data[column] = []
      for (const [column, values] of Object.entries(parts[part])) {
        data[column] = ['x', 'y', 'xs', 'ys', 'width'].includes(column) ? numbers(values) : values
      }
      put(source, {data})
    }
  }
  function take(part, bytes) {
    if (!told || past()) return
    const text = new TextDecoder().decode(bytes)
    if (part in told.panes) {
      const found = pane(told.panes[part])
      if (found) put(found.data, {state: part === 'list' && told.record ? choose(text) : text})
    } else if (part === 'counts') {
      count(JSON.parse(text))
    } else if (part === 'clock') {
      put(models().find((model) => model.name === 'wf-map-clock'), JSON.parse(text))
    } else if (part.startsWith('map/')) {
      draw(part.slice(4), JSON.parse(text))
    }
  }
  function tune(next) {
    const before = told
    told = next
    if (before && next && before.base === next.base && before.url === next.url) return
    const old = stops
    // the new ones first: the line stays open meanwhile
    stops = next ? next.parts.map((part) => listen(next.url, next.base + part, (bytes) => take(part, bytes))) : []
    old.forEach((stop) => stop())
  }
  function read() {
    for (const tag of carrier.tags) {
      let message
      try { message = JSON.parse(tag) } catch { continue }
      if (message.live !== undefined && message.n > heard) { heard = message.n; tune(message.live) }
    }
  }
  function look() {
    const found = doc() && doc().get_model_by_name('wf-signals')
    if (!found || found === carrier) return
    carrier = found
    heard = 0
    told = null
    carrier.properties.tags.change.connect(read)
    read()
  }
  setInterval(look, 500)
  look()
}
follow()
