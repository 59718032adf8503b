"use strict";
// The page reads without this; it adds search, filters, keys, versions in place, copying and downloads.
// Nothing here makes markup from text: elements are moved or cloned and text is set as text (Trusted Types forbid more).
(() => {
  const $ = (id) => document.getElementById(id);
  const root = document.documentElement;
  const data = JSON.parse($("room-data").textContent);
  const [INDEX, PARAGRAPH, START, END, ROLE, SCORE, FLAGS, ORIGIN, QUALITY, LINKS] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

  // rows, blocks (paragraphs and folded runs) and articles, in the order of data.segments
  const articles = Array.from(document.querySelectorAll("#room-articles .a"));
  const rows = [], blocks = [], rowsOf = new Map(), numberOf = new Map();
  for (const article of articles) {
    const own = [];
    for (const block of article.querySelectorAll(":scope > .b")) {
      const entry = { element: block, folded: block.classList.contains("fold"), opened: false, rows: [] };
      for (const row of block.querySelectorAll(":scope > .s")) {
        numberOf.set(row, rows.length);
        entry.rows.push(rows.length);
        rows.push(row);
      }
      blocks.push(entry);
      own.push(entry);
    }
    rowsOf.set(article, own);
  }
  const shown = new Array(rows.length).fill(true);
  const counted = new Array(rows.length);
  for (const block of blocks) for (const i of block.rows) counted[i] = !block.folded;
  const english = (i) => rows[i].children[1].textContent;
  const arabic = (i) => rows[i].children[2].textContent;

  // folding for search: the table is xlate.normalise's own, for every character of this page
  const FOLD = new Map(Object.entries(data.fold));
  const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu;
  const foldChar = (c) => {
    if (FOLD.has(c)) return FOLD.get(c);
    if (/[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u.test(c)) return "";
    const plain = c.normalize("NFKC");
    return plain === c ? c.toLowerCase() : Array.from(plain, foldChar).join("");
  };
  const WORD = /[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu; // between SPACE
  const escapeClass = (c) => c.replace(/[\\\]^-]/, "\\$&");
  const LISTED = FOLD.size ? new RegExp("[" + Array.from(FOLD.keys(), escapeClass).join("") + "]", "gu") : /(?!)/gu;
  const fold = (text) => text.normalize("NFC").replace(LISTED, (c) => FOLD.get(c)).replace(SPACE, " ").trim();
  const foldQuery = (text) =>
    Array.from(text.normalize("NFC").replace(SPACE, " "), (c) => (c === " " ? c : foldChar(c))).join("").replace(/ +/g, " ").trim();

  const hay = new Array(rows.length);
  let folded = 0;
  const foldMore = (until) => {
    while (folded < rows.length && until()) {
      hay[folded] = fold(english(folded)) + "\n" + fold(arabic(folded));
      folded += 1;
    }
  };
  const whenIdle = window.requestIdleCallback || ((work) => setTimeout(() => work({ timeRemaining: () => 8 }), 1));
  const foldWhenIdle = () =>
    whenIdle((deadline) => {
      foldMore(() => deadline.timeRemaining() > 2);
      if (folded < rows.length) foldWhenIdle();
      else performance.mark("room-folded");
    });

  const terms = (query) => {
    const found = [];
    for (const [, phrase, word] of query.matchAll(/["“”«]([^"“”»]+)["“”»]?|(\S+)/g)) {
      const text = foldQuery(phrase || word);
      if (text) found.push(text);
    }
    return found;
  };

  // search and filters
  const value = (id) => ($(id) ? $(id).value : "");
  function fits(article, source, from, to) {
    const day = (article.published || "").slice(0, 10);
    return (!source || article.source === source) && (!from || (day && day >= from)) && (!to || (day && day <= to));
  }

  function apply() {
    const began = performance.now();
    const words = terms(value("room-q"));
    if (words.length) foldMore(() => true);
    const look = $("room-look").checked, flag = value("room-flag"), sharing = value("room-sharing");
    const source = value("room-source") ? data.sources[value("room-source") - 1] : "";
    const from = value("room-from"), to = value("room-to");
    const narrow = Boolean(source || from || to || flag || sharing);
    const texts = words.length > 0 || flag !== "" || look;
    const byOrigin = flag.startsWith("origin:") ? flag.slice(7) : "", byFlag = flag.startsWith("flag:") ? flag.slice(5) : "";
    let total = 0;
    articles.forEach((article, number) => {
      const open = fits(data.articles[number], source, from, to);
      let any = false;
      for (const block of rowsOf.get(article)) {
        let some = false;
        for (const i of block.rows) {
          const row = rows[i], has = row.classList;
          const ok = open && (!look || has.contains("look")) &&
            (!sharing || (sharing === "alone" ? !has.contains("shared") && !block.folded : has.contains(sharing))) &&
            (!byFlag || data.segments[i][FLAGS].some((f) => f.kind === byFlag)) &&
            (!byOrigin || originClass(data.segments[i][ORIGIN]) === byOrigin) &&
            words.every((word) => hay[i].includes(word));
          if (ok !== shown[i]) row.hidden = !(shown[i] = ok);
          counted[i] = ok && (texts || !block.folded);
          some ||= ok;
          total += counted[i];
        }
        if (block.element.hidden === some) block.element.hidden = !some;
        if (block.folded) {
          if (texts && some && !block.element.open) block.element.open = block.opened = true;
          else if (!texts && block.opened) block.element.open = block.opened = false;
        }
        any ||= some;
      }
      const hide = !(any || (open && !texts && !sharing && !rowsOf.get(article).length));
      if (article.hidden !== hide) article.hidden = hide;
    });
    const active = narrow || texts;
    $("room-none").hidden = !active || total > 0;
    $("room-clear").hidden = !active;
    if (document.querySelector(".more")) document.querySelector(".more").classList.toggle("on", narrow);
    root.classList.toggle("narrowed", active); // what was found stands right under the bar
    tally(total);
    if (active && current >= 0 && shown[current]) rows[current].scrollIntoView({ block: "nearest" });
    else if (active && $("room-articles").getBoundingClientRect().top < 0) $("room-articles").scrollIntoView();
    void root.offsetHeight; // the time below includes the layout
    performance.measure("room-search", { start: began, end: performance.now() });
    light(words);
  }

  function originClass(origin) {
    if (origin.startsWith("retry")) return "repaired";
    if (origin.startsWith("split")) return "split";
    return origin === "memory" ? "model" : origin;
  }

  const marked = new Set();
  let inAll = 0;
  for (const yes of counted) inAll += yes;
  function tally(total) {
    const number = (n) => n.toLocaleString("en");
    const what = total === inAll ? `${number(total)} sentences` : `${number(total)} of ${number(inAll)} sentences`;
    $("room-count").textContent = marked.size ? `${what}, ${number(marked.size)} marked` : what;
  }
  const countShown = () => counted.reduce((sum, yes) => sum + yes, 0);

  function clear() {
    for (const id of ["room-q", "room-source", "room-from", "room-to", "room-flag", "room-sharing"]) if ($(id)) $(id).value = "";
    $("room-look").checked = false;
    apply();
    if (current >= 0) rows[current].scrollIntoView({ block: "center" }); // back to where one was
  }

  // what was found, lit by the CSS Custom Highlight API: no change of the document
  let lighting = 0;
  function light(words) {
    clearTimeout(lighting);
    if (!window.Highlight || !CSS.highlights) return;
    CSS.highlights.delete("hit");
    if (!words.length) return;
    lighting = setTimeout(() => {
      const ranges = [];
      for (let i = 0, seen = 0; i < rows.length && seen < 300; i++) {
        if (!shown[i]) continue;
        seen += 1;
        for (const side of [rows[i].children[1], rows[i].children[2]]) ranges.push(...hits(side, words));
      }
      CSS.highlights.set("hit", new Highlight(...ranges));
    }, 0);
  }

  // the same for one sentence again, whose text nodes have become others
  function relight(i) {
    const found = CSS.highlights && CSS.highlights.get("hit");
    if (!found) return;
    for (const range of [...found]) if (rows[i].contains(range.startContainer)) found.delete(range);
    const words = terms(value("room-q"));
    for (const side of [rows[i].children[1], rows[i].children[2]]) for (const range of hits(side, words)) found.add(range);
  }

  function hits(element, words) {
    let text = "";
    const places = []; // for each folded code unit, where its character stands
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      let offset = 0;
      for (const c of node.data) {
        const to = /\s/.test(c) && c !== "\ufeff" ? (text.endsWith(" ") ? "" : " ") : foldChar(c);
        for (let k = 0; k < to.length; k++) places.push([node, offset, offset + c.length]);
        text += to;
        offset += c.length;
      }
    }
    const found = [];
    for (const word of words) {
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        const [node, start] = places[at], [last, , end] = places[at + word.length - 1];
        const range = new Range();
        range.setStart(node, start);
        range.setEnd(last, end);
        found.push(range);
      }
    }
    return found;
  }

  // word links: a sentence's words are wrapped when one first comes to it, and not before
  const ENGLISH = 1, ARABIC = 2; // places of the two sides in a row
  const wordsOf = new Map(); // row number → { [side]: [{ spans, partners }] }
  const placeOf = new WeakMap(); // span → { i, side, k }
  // [Arabic word, English word] …, as xlate.report.linked packs them
  function linksOf(i) {
    let own = [];
    return data.segments[i][LINKS].split(" ").flatMap((item, j) => {
      if (item === "-") return [];
      if (item === "") own = [own[own.length - 1] + 1];
      else if (item !== "=") own = item.split(",").map(Number);
      return own.map((k) => [k, j]);
    });
  }

  function wrap(i) {
    if (i < 0 || !data.segments[i][LINKS] || wordsOf.has(i)) return wordsOf.get(i);
    const selection = getSelection();
    if (!selection.isCollapsed && selection.containsNode(rows[i], true)) return undefined; // it would be lost
    const found = { [ENGLISH]: split(i, ENGLISH), [ARABIC]: split(i, ARABIC) };
    for (const [k, j] of linksOf(i)) {
      found[ENGLISH][j]?.partners.push(found[ARABIC][k]);
      found[ARABIC][k]?.partners.push(found[ENGLISH][j]);
    }
    wordsOf.set(i, found);
    relight(i);
    return found;
  }

  // the words between white space, counted as Python's str.split counts them; a word may run over several text nodes
  function split(i, side) {
    const nodes = [], words = [];
    const walker = document.createTreeWalker(rows[i].children[side], NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) if (node.data) nodes.push(node);
    let inside = false;
    for (const node of nodes) {
      const pieces = [];
      let done = 0;
      for (const { 0: text, index } of node.data.matchAll(WORD)) {
        if (index > 0 || !inside) words.push({ spans: [], partners: [] });
        const span = document.createElement("span");
        span.textContent = text;
        placeOf.set(span, { i, side, k: words.length - 1 });
        words[words.length - 1].spans.push(span);
        pieces.push(node.data.slice(done, index), span);
        done = index + text.length;
      }
      inside = done === node.data.length;
      node.replaceWith(...[...pieces, node.data.slice(done)].filter((piece) => piece !== ""));
    }
    return words;
  }

  // lit are the word under the pointer, or else the chosen one, and its partners
  let lit = [], chosen = null;
  const wordAt = (place) => wordsOf.get(place.i)[place.side][place.k];
  function spot(place = chosen) {
    for (const span of lit) span.classList.remove("pair");
    lit = place ? [wordAt(place), ...wordAt(place).partners].flatMap((word) => word.spans) : [];
    for (const span of lit) span.classList.add("pair");
  }
  function choose(place) {
    chosen = place;
    spot();
  }
  const spelled = (word) => word.spans.map((span) => span.textContent).join("");

  // from word to word; to the other side by way of a partner
  function stepWord(direction, side) {
    const words = wrap(current)?.[side];
    if (!words || !words.length) return false;
    let k = direction > 0 ? 0 : words.length - 1;
    if (chosen && chosen.side === side) k = Math.min(Math.max(chosen.k + direction, 0), words.length - 1);
    else if (chosen && wordAt(chosen).partners.length) k = words.indexOf(wordAt(chosen).partners[0]);
    choose({ i: current, side, k });
    say([spelled(words[k]), ...words[k].partners.map(spelled)].join(" · "));
    return true;
  }

  // the sentence one is at
  let current = -1;
  const tools = $("room-tools");
  function at(i, { scroll = false, focus = false } = {}) {
    if (i < 0) return;
    if (i !== current) {
      if (current >= 0) rows[current].classList.remove("cur");
      current = i;
      choose(null);
      wrap(i);
      rows[i].classList.add("cur");
      rows[i].append(tools);
      tools.hidden = false;
      const sure = data.segments[i][data.estimated ? QUALITY : SCORE] === null ? "" : rows[i].children[0].title;
      $("room-sure").textContent = sure && sure[0].toUpperCase() + sure.slice(1);
      $("room-mark").setAttribute("aria-pressed", String(marked.has(i)));
    }
    if (focus) rows[i].children[0].focus({ preventScroll: true });
    if (scroll) {
      const box = rows[i].getBoundingClientRect();
      if (box.top < 120 || box.bottom > innerHeight - 40) rows[i].scrollIntoView({ block: "center" });
    }
  }
  const usable = (i) => shown[i] && !(rows[i].closest("details:not([open])"));
  function step(direction, wanted = () => true) {
    const from = current >= 0 ? current : direction > 0 ? firstInView() - 1 : firstInView();
    for (let i = from + direction; i >= 0 && i < rows.length; i += direction) {
      if (usable(i) && wanted(i)) return at(i, { scroll: true, focus: true });
    }
    return say(direction > 0 ? "No further sentence" : "No earlier sentence");
  }
  function firstInView() {
    const article = articles.findIndex((a) => !a.hidden && a.getBoundingClientRect().bottom > 120);
    if (article < 0) return 0;
    const own = rowsOf.get(articles[article]).filter((b) => !b.element.hidden);
    const block = own.find((b) => b.element.getBoundingClientRect().bottom > 120) || own[0];
    if (!block) return 0;
    return block.rows.find((i) => shown[i] && rows[i].getBoundingClientRect().bottom > 120) ?? block.rows[0];
  }
  function stepArticle(direction) {
    const here = current >= 0 ? articles.indexOf(rows[current].closest(".a")) : direction > 0 ? -1 : 0;
    for (let n = here + direction; n >= 0 && n < articles.length; n += direction) {
      if (articles[n].hidden) continue;
      const first = rowsOf.get(articles[n]).flatMap((b) => b.rows).find(usable);
      articles[n].scrollIntoView({ block: "start" });
      if (first !== undefined) at(first, { focus: true });
      return;
    }
  }

  // an address with a fragment: show the sentence, whatever hides it
  function follow() {
    let id = location.hash.slice(1);
    try {
      id = decodeURIComponent(id);
    } catch {
      // a stray % stays as it is
    }
    if (!id) return;
    const target = $(id);
    if (!target) {
      if (id.includes(":")) say(`Sentence ${id} is not in this page`, true);
      return;
    }
    const row = target.closest(".s");
    if (row && numberOf.has(row)) {
      const i = numberOf.get(row);
      if (!shown[i]) clear();
      const fold = row.closest("details");
      if (fold) fold.open = true;
      at(i, { focus: true });
    } else if (target.closest("[hidden]") || (root.classList.contains("narrowed") && !target.checkVisibility())) clear();
    target.closest("details")?.setAttribute("open", "");
    target.scrollIntoView({ block: row ? "center" : "start" });
  }

  // versions side by side, in place
  function versions(id) {
    const copy = $(id).cloneNode(true);
    copy.removeAttribute("id");
    $("room-versions").lastElementChild.replaceChildren(copy);
    $("room-versions").showModal();
    $("room-versions").scrollTop = 0;
  }
  const clusterOf = (link) => decodeURIComponent(link.getAttribute("href").slice(1));

  // take away
  let saying = 0;
  function say(text, seen = false) {
    const said = $("room-said");
    said.textContent = text;
    said.classList.toggle("vh", !seen);
    clearTimeout(saying);
    saying = setTimeout(() => { said.textContent = ""; said.classList.add("vh"); }, 6000);
  }
  function citation(i) {
    const article = data.articles[data.segments[i][0]];
    const parts = [article.title, article.source, article.published && article.published.slice(0, 10), article.url];
    const made = data.model ? `Machine translation (${data.model})` : "Machine translation";
    return `“${english(i)}”\n${arabic(i)}\n— ${parts.filter(Boolean).join(", ")} [${rows[i].id}]. ${made}, not checked by a person.\n`;
  }
  async function copy(i) {
    const text = citation(i);
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) return say("The browser did not allow copying", true);
    }
    return say("Copied with its citation", true);
  }
  function mark(i) {
    if (!marked.delete(i)) marked.add(i);
    rows[i].classList.toggle("marked", marked.has(i));
    $("room-mark").setAttribute("aria-pressed", String(marked.has(i)));
    tally(countShown());
  }
  const taken = () => rows.map((_, i) => i).filter((i) => (marked.size ? marked.has(i) : counted[i]));

  // the layouts of xlate.formats.record, .tsv and .tmx
  const UNSAFE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/gu;
  const AMBIGUOUS = /\\(?=u(?:00[01][0-9a-f]|007f|00[89][0-9a-f]|005c|202[89]|feff|fff[ef]|d[89a-f][0-9a-f]{2}))/gi;
  const unicode = (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0");
  const line = (text) => text.replace(AMBIGUOUS, "\\u005c").replace(UNSAFE, unicode);
  const json = (value) => JSON.stringify(value).replace(UNSAFE, unicode);
  const HEADER = ["id", "article", "index", "paragraph", "start", "end", "role", "source", "target", "score", "flags", "origin", "quality", "alignment", "more"];
  const pharaoh = (i) => linksOf(i).map((link) => link.join("-")).join(" ");
  function tsv(chosenRows) {
    const lines = chosenRows.map((i) => {
      const s = data.segments[i];
      return [
        line(rows[i].id), line(data.articles[s[0]].id), s[INDEX], s[PARAGRAPH], s[START], s[END], line(s[ROLE]),
        line(arabic(i)), line(english(i)), s[SCORE] === null ? "" : json(s[SCORE]), json(s[FLAGS]), line(s[ORIGIN]),
        data.estimated ? json(s[QUALITY]) : "", s[LINKS] ? pharaoh(i) : "", "",
      ].join("\t");
    });
    return [HEADER.join("\t"), ...lines].join("\n") + "\n";
  }
  const NAMED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/u;
  const SPECIAL = /[&<>\r\x7f-\x9f\u2028\u2029\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/gu;
  const hex = (c, width) => c.charCodeAt(0).toString(16).toUpperCase().padStart(width, "0");
  const content = (text) =>
    text.replace(SPECIAL, (c) => NAMED[c] || (FORBIDDEN.test(c) ? `<ph type="x-xlate-char">U+${hex(c, 4)}</ph>` : `&#x${hex(c, 1)};`));
  const attribute = (text) => `"${text.replace(/[&<>"\r\n\t\x7f-\x9f\u2028\u2029]/g, (c) => NAMED[c] || `&#x${hex(c, 1)};`)}"`;
  const prop = (name, text) => `   <prop type="${name}">${content(text)}</prop>`;
  function tmx(chosenRows) {
    const units = chosenRows.map((i) => {
      const s = data.segments[i];
      const id = rows[i].id, safe = id.replace(new RegExp(FORBIDDEN, "gu"), (c) => `_x${hex(c, 4)}_`);
      return [
        `  <tu tuid=${attribute(safe)}>`,
        ...(safe === id ? [] : [prop("id", json(id))]),
        prop("article", data.articles[s[0]].id), prop("index", json(s[INDEX])), prop("paragraph", json(s[PARAGRAPH])),
        prop("start", json(s[START])), prop("end", json(s[END])), prop("role", s[ROLE]),
        ...(s[SCORE] === null ? [] : [prop("score", json(s[SCORE]))]),
        prop("flags", json(s[FLAGS])), prop("origin", s[ORIGIN]),
        ...(data.estimated ? [prop("quality", json(s[QUALITY]))] : []),
        ...(s[LINKS] ? [prop("alignment", pharaoh(i))] : []),
        `   <tuv xml:lang="ar"><seg>${content(arabic(i))}</seg></tuv>`,
        `   <tuv xml:lang="en"><seg>${content(english(i))}</seg></tuv>`,
        "  </tu>\n",
      ].join("\n");
    });
    const signature = data.signature ? "\n" + prop("signature", data.signature) : "";
    return '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n' +
      ' <header creationtool="xlate" creationtoolversion="1" segtype="sentence" o-tmf="xlate" adminlang="en"' +
      ` srclang="ar" datatype="plaintext">${signature}\n </header>\n <body>\n${units.join("")} </body>\n</tmx>\n`;
  }
  function download(make, suffix, type) {
    const list = taken();
    if (!list.length) return say("Nothing to download: no sentence is shown", true);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([make(list)], { type: `${type};charset=utf-8` }));
    link.download = `xlate-${list.length}-sentences.${suffix}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    return say(`Downloading ${list.length} sentences`);
  }

  // the view: one language or both
  const VIEWS = ["only-en", "both", "only-ar"];
  function view(name) {
    root.classList.remove(...VIEWS);
    root.classList.add(name);
    document.querySelector(`input[name="view"][value="${name}"]`).checked = true;
    if (current >= 0) rows[current].scrollIntoView({ block: "nearest" });
  }

  // events, delegated
  document.addEventListener("input", (event) => {
    if (event.target.name === "view") view(event.target.value);
    else if (event.target.id === "room-go") {
      if (event.target.value) location.hash = event.target.value;
      event.target.value = "";
      document.querySelector(".more").open = false;
    } else if (event.target.closest("#room-bar")) apply();
  });
  $("room-bar").addEventListener("submit", (event) => event.preventDefault());
  const presses = {
    "room-clear": clear, "room-clear-too": clear,
    "room-tsv": () => download(tsv, "tsv", "text/tab-separated-values"),
    "room-tmx": () => download(tmx, "tmx", "application/xml"),
    "room-help-open": () => $("room-help").showModal(),
    "room-copy": () => copy(current), "room-mark": () => mark(current),
  };
  document.addEventListener("click", (event) => {
    const target = event.target;
    if (target instanceof HTMLDialogElement) target.close(); // the backdrop
    const button = target.closest("button");
    if (button && presses[button.id]) return presses[button.id]();
    if (!target.closest(".more")) document.querySelector(".more").open = false;
    const link = target.closest("a");
    if (link && link.closest("dialog")) link.closest("dialog").close();
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (link && plain && link.closest(".also")) {
      event.preventDefault();
      at(numberOf.get(link.closest(".s")) ?? -1);
      return versions(clusterOf(link));
    }
    if (link && plain && link.hash && link.href === location.href) follow(); // no hashchange comes of this
    const row = target.closest("#room-articles .s");
    if (!link && getSelection().toString()) return undefined;
    // a first tap was aimed at text that has since been wrapped, and what follows may move it
    const place = row && wrap(numberOf.get(row)) && placeOf.get(document.elementFromPoint(event.clientX, event.clientY));
    if (row) at(numberOf.get(row));
    choose(place ?? null);
    return undefined;
  });
  // whoever goes to the search box is about to search: what the idle time has left is folded before the first key
  $("room-q").addEventListener("focus", () => foldMore(() => true));
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("#room-articles .s");
    if (row && !tools.contains(event.target)) at(numberOf.get(row));
  });
  document.addEventListener("pointerover", (event) => {
    let place = placeOf.get(event.target);
    const i = place ? -1 : numberOf.get(event.target.closest("#room-articles .s")) ?? -1;
    if (i >= 0 && !wordsOf.has(i) && wrap(i)) place = placeOf.get(document.elementFromPoint(event.clientX, event.clientY));
    if (place || lit.length) spot(place);
  });
  document.documentElement.addEventListener("pointerleave", () => spot());
  const keys = {
    j: () => step(1), k: () => step(-1),
    n: () => step(1, (i) => rows[i].classList.contains("look")), p: () => step(-1, (i) => rows[i].classList.contains("look")),
    "]": () => stepArticle(1), "[": () => stepArticle(-1),
    "/": () => { $("room-q").focus(); $("room-q").select(); },
    l: () => { $("room-look").checked = !$("room-look").checked; apply(); },
    v: () => view(VIEWS[(VIEWS.findIndex((name) => root.classList.contains(name)) + 1) % VIEWS.length]),
    s: () => {
      const link = current >= 0 && rows[current].querySelector(".also a");
      if (link) versions(clusterOf(link));
      else say("No other article has this sentence", true);
    },
    c: () => current >= 0 && copy(current), m: () => current >= 0 && mark(current),
    "?": () => $("room-help").showModal(),
  };
  const mayStepWord = (target) =>
    current >= 0 && shown[current] && getSelection().isCollapsed && (target === document.body || (rows[current].contains(target) && !tools.contains(target)));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    const inField = event.target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea");
    if (event.key === "Escape") {
      if (document.querySelector(".more[open]")) document.querySelector(".more").open = false;
      else if (event.target.id === "room-q" && event.target.value === "") event.target.blur();
      else clear();
      choose(null);
      event.preventDefault();
    } else if (/^Arrow(Left|Right)$/.test(event.key) && $("room-keys").checked && mayStepWord(event.target)) {
      const side = event.shiftKey === root.classList.contains("only-ar") ? ENGLISH : ARABIC;
      const forth = event.key === (side === ENGLISH ? "ArrowRight" : "ArrowLeft");
      if (stepWord(forth ? 1 : -1, side)) event.preventDefault();
    } else if (!inField && $("room-keys").checked && Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  addEventListener("hashchange", follow);
  // a place in pixels is worth nothing where what is out of sight has no size yet; the fragment says it better
  if (location.hash) history.scrollRestoration = "manual";

  $("room-bar").hidden = false;
  tally(inAll);
  follow();
  foldWhenIdle();
  performance.mark("room-ready");
})();
