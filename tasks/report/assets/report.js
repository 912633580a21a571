"use strict";
// Draw each chart for the width of the screen, and again when the screen becomes narrow or wide. If Vega fails, show the
// static SVG instead.
(() => {
  const data = JSON.parse(document.getElementById("chart-data").textContent);
  const phone = window.matchMedia("(max-width: 640px)");
  const options = { renderer: "svg", actions: false, ast: true, tooltip: { theme: "custom" } };

  const draw = async (id) => {
    const place = document.getElementById(id);
    place.dataset.state = "drawing";
    try {
      await window.vegaEmbed(place, phone.matches ? data[id].narrow : data[id].wide, options);
      place.dataset.state = "drawn";
    } catch (error) {
      console.error(error);
      place.innerHTML = place.nextElementSibling.textContent;
      place.dataset.state = "static";
    }
  };

  const drawAll = async () => {
    for (const id of Object.keys(data)) await draw(id);
    document.documentElement.dataset.charts = "ready";
  };

  phone.addEventListener("change", drawAll);
  drawAll();
})();
