// The page's own watch: clock, signs of life, as-of mark, toasts, switches. Text is only ever set as textContent.
(() => {
  'use strict'
  const $ = (id) => document.getElementById(id)
  const start = JSON.parse($('wf-start').textContent)
  const words = start.words
  const body = document.body
  const opened = performance.now()
  let beat = null          // performance.now() of the last sign of life
  let clock = {now: start.now, at: opened, speed: start.speed}
  let trouble = ''
  let seen = 0             // number of the last message taken
  let model = null
  let poll = 0
  let polling = false

  const pad = (n) => String(n).padStart(2, '0')
  const floorTime = () => new Date(clock.now + start.offset * 60000 + (performance.now() - clock.at) * clock.speed)
  const hms = (t) => `${pad(t.getUTCHours())}:${pad(t.getUTCMinutes())}:${pad(t.getUTCSeconds())}`

  function take(message) {
    if (message.beat !== undefined) {
      beat = performance.now()
      trouble = message.trouble || ''
    }
    if (message.now !== undefined) {
      clock = {now: message.now, at: performance.now(), speed: message.speed}
      start.offset = message.offset
      $('wf-zone').textContent = message.zone
    }
    if (message.as_of !== undefined) {
      const badge = $('wf-asof')
      badge.textContent = message.as_of
      badge.hidden = !message.as_of
      document.documentElement.toggleAttribute('data-as-of', !!message.as_of)
    }
    if (message.toast) toast(message.toast, message.tone)
    if (message.go) { const part = $('wf-' + message.go); if (part) part.scrollIntoView({block: 'start'}) }
  }

  function toast(text, tone) {
    const box = $('wf-toasts')
    const item = document.createElement('div')
    item.className = 'wf-toast'
    item.dataset.tone = tone || 'info'
    if (tone === 'error') item.setAttribute('role', 'alert')
    const words_ = document.createElement('span')
    words_.textContent = text
    const close = document.createElement('button')
    close.type = 'button'
    close.textContent = '×'
    close.setAttribute('aria-label', words.close)
    close.addEventListener('click', () => item.remove())
    item.append(words_, close)
    box.append(item)
    while (box.children.length > 4) box.firstElementChild.remove()
    if (tone !== 'error') setTimeout(() => item.remove(), 8000)
  }

  // Messages come as JSON in the tags of one model; a new session or a healed one brings a new model.
  function listen() {
    const docs = window.Bokeh && window.Bokeh.documents
    if (!docs || !docs.length) return
    const doc = docs[docs.length - 1]
    const found = doc.get_model_by_name('wf-signals')
    if (!found || found === model) return
    model = found
    seen = 0
    const read = () => {
      for (const tag of model.tags) {
        let message
        try { message = JSON.parse(tag) } catch { continue }
        if (message.n > seen) { seen = message.n; take(message) }
      }
    }
    model.properties.tags.change.connect(read)
    read()
  }

  // After an outage the server may be a new one that knows nothing of this session: load the page again, with its address.
  async function heal() {
    if (polling || performance.now() < poll) return
    polling = true
    const cut = new AbortController()
    const timer = setTimeout(() => cut.abort(), 3000)
    try {
      const answer = await fetch('healthz', {cache: 'no-store', signal: cut.signal})
      if (answer.status < 500 && age() > start.reload_after) {
        let tries = 0
        try { tries = Number(sessionStorage.getItem('wf-reloads') || 0); sessionStorage.setItem('wf-reloads', String(tries + 1)) } catch { /* no storage */ }
        // A session that lives speaks every two seconds: where only its server was busy for long, it is heard before this is over.
        const wait = 2500 + Math.random() * 2000 + Math.min(tries, 6) * 3000
        setTimeout(() => { if (age() > start.reload_after) location.reload() }, wait)
        poll = performance.now() + wait + 4000
        return
      }
    } catch { /* still away */ } finally {
      clearTimeout(timer)
      polling = false
      poll = Math.max(poll, performance.now() + 1500 + Math.random() * 1500)
    }
  }

  const age = () => (performance.now() - (beat === null ? opened + start.grace * 1000 : beat)) / 1000

  function look() {
    listen()
    const late = age()
    let state = beat === null ? 'opening' : 'live'
    let why = ''
    if (late > start.stale_after) {
      state = 'stale'
      const since = new Date(floorTime().getTime() - late * 1000 * clock.speed)
      why = words.lost.replace('{time}', hms(since)).replace('{age}', Math.round(late))
      heal()
    } else if (trouble) {
      state = 'stale'
      why = words.trouble.replace('{why}', trouble)
    } else if (beat !== null && performance.now() - opened > 60000) {
      try { sessionStorage.removeItem('wf-reloads') } catch { /* no storage */ }
    }
    if (body.dataset.link !== state) {
      body.dataset.link = state
      $('wf-link-text').textContent = words[state]
    }
    $('wf-stale').hidden = state !== 'stale'
    if ($('wf-stale-text').textContent !== why) $('wf-stale-text').textContent = why
    const text = hms(floorTime())
    if ($('wf-clock').textContent !== text) $('wf-clock').textContent = text
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest && event.target.closest('button[data-set],button[data-go]')
    if (!button) return
    if (button.dataset.go) {
      const part = $(button.dataset.go)
      if (part) part.scrollIntoView({block: 'start', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'})
      return
    }
    const address = new URL(location.href)
    address.searchParams.set(button.dataset.set, button.dataset.value)
    location.assign(address)
  })

  // Other desks are opened with what is looked at here: their links take this page's address along, however they are opened.
  const links = [...document.querySelectorAll('a[data-desk]')]
  for (const link of links) {
    if (location.pathname.endsWith('/' + link.dataset.desk)) link.setAttribute('aria-current', 'page')
    const carry = () => { link.search = location.search }
    for (const type of ['pointerenter', 'pointerdown', 'focus', 'click']) link.addEventListener(type, carry)
  }

  // The address changes with all that is looked at. What somebody would go back to (another record, series, area, or
  // known time) becomes an entry of the browser's history; filters, layers and the slider only change the last one.
  const ENTRIES = ['r', 's', 'area', 'asof']
  const push = history.pushState.bind(history)
  history.pushState = (state, title, url) => {
    const to = new URL(url, location.href)
    if (to.href === location.href) return
    const [was, will] = [new URLSearchParams(location.search), to.searchParams]
    if (to.pathname !== location.pathname || ENTRIES.some((name) => was.get(name) !== will.get(name))) push(state, title, url)
    else history.replaceState(state, title, url)
  }
  window.addEventListener('popstate', () => {
    const docs = window.Bokeh && window.Bokeh.documents
    const found = docs && docs.length && docs[docs.length - 1].roots().find((root) => /\bLocation$/.test(root.type))
    if (found && found.search !== location.search) found.search = location.search
  })

  // The Chinese letters come once the desk stands: their style sheet would be read, and all words laid out anew, meanwhile.
  let lettered = !start.fonts || document.documentElement.hasAttribute('data-fonts')
  function letter() {
    if (lettered) return
    lettered = true
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = start.fonts
    link.addEventListener('load', () => document.documentElement.setAttribute('data-fonts', ''))
    document.head.append(link)
  }
  const spare = window.requestIdleCallback || ((work) => setTimeout(work, 200))
  setTimeout(letter, 5000)  // a desk that does not come says so in them
  const early = setInterval(() => {
    listen()
    if (!model) return
    clearInterval(early)
    look()
    spare(letter, {timeout: 2000})
  }, 100)
  setInterval(look, 1000)
  look()
})()
