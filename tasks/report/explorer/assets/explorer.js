"use strict";
// Lists the items of a benchmark with the answers of two models side by side. `index.js` calls aligntaxIndex with the
// outcomes of all items, and each shard calls aligntaxShard with the texts of its items. Texts are set as text, never as
// markup.
(() => {
  const PAGE = 20;
  const byId = (id) => document.getElementById(id);
  const folder = document.body.dataset.folder;
  const shards = new Map(); // "benchmark-number" -> texts, or the functions that wait for them
  let index = null;
  let found = null; // keys of the items that a search found
  let only = null; // the id of an item that an address names
  let page = 0;

  window.aligntaxShard = (benchmark, number, texts) => {
    const key = `${benchmark}-${number}`;
    const waiting = shards.get(key) || [];
    shards.set(key, texts);
    if (Array.isArray(waiting.functions)) waiting.functions.forEach((done) => done(texts));
  };

  const shard = (benchmark, number) => new Promise((done, failed) => {
    const key = `${benchmark}-${number}`;
    const known = shards.get(key);
    if (Array.isArray(known)) return done(known);
    if (known) return known.functions.push(done);
    shards.set(key, { functions: [done] });
    const script = document.createElement("script");
    script.src = `${folder}/items-${key}.js`;
    script.onerror = failed;
    document.body.append(script);
  });

  const fill = (select, values, chosen) => {
    select.replaceChildren(...values.map((value) => new Option(value, value, false, value === chosen)));
  };

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const benchmark = () => index.benchmarks[byId("benchmark").selectedIndex];
  const place = (select) => benchmark().models.indexOf(byId(select).value);
  const of = (answers, model) => answers.find((answer) => answer[0] === model);

  // The address of what is shown. It can be sent, and changed by hand.
  const FILTERS = ["benchmark", "after", "before", "show", "outcome"];
  const address = (other) => {
    const values = Object.fromEntries(FILTERS.map((id) => [id, byId(id).value]));
    return `#${new URLSearchParams({ ...values, ...other })}`;
  };

  const wanted = () => {
    const [before, after, show, outcome] = [place("before"), place("after"), byId("show").value, byId("outcome").value];
    return benchmark().items.map((item, number) => ({ item, number })).filter(({ item }) => {
      const [first, second] = [of(item[3], before), of(item[3], after)];
      if (!first || !second) return false;
      if (only) return only === item[0] || only === item[1];
      if (outcome !== "any" && second[1] !== outcome) return false;
      if (found && !found.has(`${benchmark().id} ${item[0]}`)) return false;
      const change = second[2] - first[2];
      const isKnown = first[2] !== null && second[2] !== null;
      return show === "all" || (isKnown && Math.sign(change) === { lost: -1, gained: 1, equal: 0 }[show]);
    });
  };

  // A long text scrolls in a box of its own, which the keyboard can reach.
  const box = (style, text, label) => {
    const made = element("pre", style, text);
    made.tabIndex = 0;
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", label);
    return made;
  };

  const side = (name, outcome, text, isHidden) => {
    const made = element("div", "side");
    const value = outcome[2] === null ? "no value" : `value ${Number(outcome[2].toFixed(3))}`;
    made.append(element("h3", outcome[2] > 0 ? "worth" : "worthless", `${name}: ${outcome[1]}, ${value}`));
    const missing = isHidden ? "(the text of harmful benchmarks is not published)" : "(no text)";
    made.append(box("", text[2] === null ? missing : text[2], `Answer of ${name}`));
    if (text[1] !== null) made.append(element("p", "gold", `answer found: ${text[1]}`));
    return made;
  };

  const link = (text, href) => {
    const made = element("a", "", text);
    made.href = href;
    return made;
  };

  const article = ({ item, number }, texts) => {
    const [question, target, isHidden, answers] = texts[number % benchmark().shard];
    const made = element("article");
    const name = [item[0], item[1], item[2] === "all" ? "" : item[2]].filter(Boolean).join(" · ");
    const heading = element("h2");
    heading.append(link(name, address({ item: item[0] })));
    made.append(heading);
    const missing = isHidden ? "(the text of harmful benchmarks is not published)" : "(no question)";
    made.append(box("question", question === null ? missing : question, "Question"));
    if (target) made.append(element("p", "gold", `gold answer: ${target}`));
    const sides = element("div", "sides");
    for (const select of ["before", "after"]) {
      const model = place(select);
      sides.append(side(byId(select).value, of(item[3], model), of(answers, model), isHidden));
    }
    made.append(sides);
    return made;
  };

  const draw = async () => {
    const rows = wanted();
    const pages = Math.max(1, Math.ceil(rows.length / PAGE));
    page = Math.min(page, pages - 1);
    const others = rows.length || only ? "" : "; choose other filters to see some";
    byId("count").textContent = `${rows.length} of ${benchmark().items.length} items${others}`;
    if (only) byId("count").append(": ", link("back to the list", address({})));
    byId("page").textContent = `page ${page + 1} of ${pages}`;
    byId("previous").disabled = page === 0;
    byId("next").disabled = page >= pages - 1;
    const chosen = byId("benchmark").selectedIndex;
    const shown = rows.slice(page * PAGE, (page + 1) * PAGE);
    const loaded = await Promise.all(shown.map(({ number }) => shard(chosen, Math.floor(number / benchmark().shard))));
    byId("items").replaceChildren(...shown.map((row, order) => article(row, loaded[order])));
    document.documentElement.dataset.state = "drawn";
  };

  const choose = () => {
    const models = benchmark().models;
    const after = models.includes(byId("after").value) ? byId("after").value : models.find((name) => index.bases[name]);
    fill(byId("after"), models, after || models[0]);
    pair();
    const outcomes = new Set(benchmark().items.flatMap((item) => item[3].map((answer) => answer[1])));
    fill(byId("outcome"), ["any", ...[...outcomes].sort()], "any");
  };

  const pair = () => fill(byId("before"), benchmark().models, index.bases[byId("after").value] || byId("before").value);

  const search = async () => {
    const text = byId("text").value.trim();
    found = null;
    if (text) {
      const answer = await fetch(`search?text=${encodeURIComponent(text)}`);
      found = new Set((await answer.json()).map(([name, item]) => `${name} ${item}`));
    }
    return draw();
  };

  const go = () => {
    const named = new URLSearchParams(location.hash.slice(1));
    const take = (id) => {
      const value = named.get(id);
      if ([...byId(id).options].some((option) => option.value === value)) byId(id).value = value;
    };
    const benchmarkId = named.get("benchmark");
    const isMissing = benchmarkId && !index.benchmarks.some((one) => one.id === benchmarkId);
    byId("about").textContent = `${isMissing ? `No answer to ${benchmarkId} holds text; another benchmark is shown. ` : ""}`
      + `Answers of ${index.date}. Of repeats, the value is the mean and the text is the first.`;
    take("benchmark");
    choose();
    take("after");
    pair();
    for (const id of ["before", "show", "outcome"]) take(id);
    only = named.get("item");
    page = 0;
    return draw();
  };

  window.aligntaxIndex = (read) => {
    index = read;
    if (!index.benchmarks.length) {
      byId("about").textContent = `On ${index.date} no answer holds text.`;
      return;
    }
    fill(byId("benchmark"), index.benchmarks.map((one) => one.id));
    byId("searching").hidden = !location.protocol.startsWith("http");
    const again = (change) => () => {
      [page, only] = [0, null];
      change();
      history.replaceState(null, "", address({}));
      return draw();
    };
    byId("benchmark").addEventListener("change", again(choose));
    byId("after").addEventListener("change", again(pair));
    for (const id of ["before", "show", "outcome"]) byId(id).addEventListener("change", again(() => {}));
    byId("text").addEventListener("change", () => { [page, only] = [0, null]; return search(); });
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("previous").addEventListener("click", () => { page -= 1; return draw(); });
    byId("next").addEventListener("click", () => { page += 1; return draw(); });
    window.addEventListener("hashchange", go);
    go();
  };
})();
