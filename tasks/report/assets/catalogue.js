// Search as one types: a table stays if it has every word, or with those of its columns that do.
(() => {
  const search = document.getElementById("search"), count = document.getElementById("count");
  const tables = [...document.querySelectorAll("article")].map((article) => ({
    article,
    link: document.querySelector(`nav a[href="#${article.id}"]`),
    words: `${article.id} ${article.querySelector(".about").textContent}`.toLowerCase(),
    columns: article.querySelector(".columns"),
    heading: article.querySelector(".columns summary"),
    rows: [...article.querySelectorAll("tbody tr")].map((row) => ({ row, words: row.textContent.toLowerCase() })),
  }));

  const show = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (words) => wanted.every((word) => words.includes(word));
    let found = 0, columns = 0;
    for (const table of tables) {
      const own = has(table.words), rows = table.rows.filter(({ words }) => has(words));
      const isShown = own || rows.length > 0;
      table.article.hidden = table.link.parentElement.hidden = !isShown;
      for (const { row } of table.rows) row.hidden = rows.length > 0 && !rows.some((kept) => kept.row === row);
      const isPart = rows.length > 0 && rows.length < table.rows.length;
      table.heading.textContent = `${isPart ? `${rows.length} of ` : ""}${table.rows.length} columns`;
      if (wanted.length > 0) table.columns.open = rows.length > 0;
      found += isShown;
      columns += rows.length;
    }
    for (const layer of document.querySelectorAll(".layer")) layer.hidden = !layer.querySelector("article:not([hidden])");
    document.getElementById("joins").hidden = wanted.length > 0;
    count.textContent = wanted.length > 0 ? `${found} tables, ${columns} columns` : `${tables.length} tables`;
  };

  // A link leads to its table, also to one that the search has hidden.
  const follow = () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place) return;
    if (place.hidden) {
      search.value = "";
      show();
    }
    const part = place.querySelector("details");
    if (part) part.open = true;
    place.scrollIntoView();
  };

  document.getElementById("searching").hidden = false;
  document.getElementById("searching").addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", show);
  window.addEventListener("hashchange", follow);
  window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => (part.open = true)));
  show();
  follow();
})();
