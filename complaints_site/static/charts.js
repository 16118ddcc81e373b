// Draws the charts of the pages of figures from the JSON beside them. Without this script their tables are all there is.
(() => {
  const styles = getComputedStyle(document.documentElement);
  const colour = (name) => styles.getPropertyValue(`--${name}`).trim();
  const PARTS = ["brand-deep", "q4", "q3"];

  const text = () => ({ color: colour("ink-2"), fontFamily: styles.getPropertyValue("--font").trim(), fontSize: 12 });
  const words = (value, unit) =>
    value === null || value === undefined ? "—" : `${value.toLocaleString("zh-CN")}${unit === "%" ? "" : " "}${unit}`;
  const hatch = () => ({ color: colour("paused-fill"), decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -0.8, color: colour("paper") } });

  function valueAxis(data, more) {
    const numbers = data.series.flatMap((series) => series.values).filter((value) => value !== null);
    const percent = data.unit === "%" && data.kind === "line" && numbers.length;
    const least = Math.min(...numbers, data.reference ? data.reference.value : Infinity);
    return {
      type: "value",
      min: percent && least > 50 ? Math.floor((least - 6) / 10) * 10 : 0,
      max: percent ? 100 : null,
      axisLabel: { ...text(), formatter: (value) => words(value, data.unit === "%" ? "%" : "").trim() },
      splitLine: { lineStyle: { color: colour("line") } },
      ...more,
    };
  }

  const nameAxis = (labels, more) => ({
    type: "category",
    data: labels,
    axisLabel: text(),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colour("line-2") } },
    ...more,
  });

  function referenceLine(data, along) {
    if (!data.reference) return undefined;
    return {
      symbol: "none",
      silent: true,
      lineStyle: { color: colour("ink"), width: 1, type: "solid" },
      label: { ...text(), formatter: data.reference.words, position: along === "xAxis" ? "end" : "insideEndTop" },
      data: [{ [along]: data.reference.value }],
    };
  }

  function worstPoint(data) {
    if (typeof data.worst !== "number") return undefined;
    const value = data.series[0].values[data.worst];
    return {
      symbol: "circle",
      symbolSize: 8,
      itemStyle: { color: colour("overdue-fill") },
      label: { ...text(), color: colour("overdue"), fontWeight: 600, position: "bottom", formatter: `${data.labels[data.worst]} ${words(value, data.unit)}` },
      data: [{ coord: [data.worst, value] }],
    };
  }

  function lineSeries(series, index, data) {
    const shade = series.dashed ? colour("line-2") : colour("brand");
    return {
      type: "line",
      name: series.name,
      data: series.values,
      symbol: series.dashed ? "none" : "circle",
      symbolSize: 5,
      connectNulls: false,
      lineStyle: { color: shade, width: series.dashed ? 1.5 : 2, type: series.dashed ? "dashed" : "solid" },
      itemStyle: { color: shade },
      markLine: index === 0 ? referenceLine(data, "yAxis") : undefined,
      markPoint: index === 0 ? worstPoint(data) : undefined,
    };
  }

  const frame = (data) => ({
    animation: false,
    textStyle: text(),
    legend: data.series.length > 1 ? { top: 0, left: 0, textStyle: text(), itemWidth: 16, itemHeight: 8 } : undefined,
    grid: { top: data.series.length > 1 ? 32 : 16, right: 44, bottom: 8, left: 8, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, valueFormatter: (value) => words(value, data.unit) },
  });

  const line = (data) => ({
    ...frame(data),
    xAxis: nameAxis(data.labels),
    yAxis: valueAxis(data),
    series: data.series.map((series, index) => lineSeries(series, index, data)),
  });

  function barSeries(series, index, data) {
    const stacked = data.kind === "stack";
    return {
      type: "bar",
      name: series.name,
      data: series.values,
      stack: stacked ? "all" : undefined,
      barMaxWidth: 18,
      itemStyle: { ...(series.rest ? hatch() : { color: colour(stacked ? PARTS[index] : "q4") }), borderColor: colour("paper"), borderWidth: 1 },
      label: {
        ...text(),
        show: !stacked || index === data.series.length - 1,
        position: "right",
        formatter: (point) => words(stacked ? data.totals[point.dataIndex] : point.value, data.unit),
      },
      markLine: index === 0 ? referenceLine(data, "xAxis") : undefined,
    };
  }

  const bars = (data) => ({
    ...frame(data),
    grid: { ...frame(data).grid, right: 72 },
    xAxis: valueAxis(data),
    yAxis: nameAxis(data.labels, { inverse: true, axisLabel: { ...text(), width: 108, overflow: "truncate" } }),
    series: data.series.map((series, index) => barSeries(series, index, data)),
  });

  // Two charts over one axis: each keeps a scale of its own, and the pointer runs through both.
  const pair = (data) => ({
    animation: false,
    textStyle: text(),
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    title: data.series.map((series, index) => ({ text: `${series.name}（${series.unit}）`, top: index ? "50%" : 0, left: 0, textStyle: { ...text(), fontWeight: 600 } })),
    grid: [
      { top: 28, height: "34%", left: 8, right: 24, containLabel: true },
      { top: "58%", bottom: 8, left: 8, right: 24, containLabel: true },
    ],
    xAxis: data.series.map((_series, index) => nameAxis(data.labels, { gridIndex: index })),
    yAxis: data.series.map((series, index) => ({ type: "value", gridIndex: index, scale: data.lines, axisLabel: text(), splitLine: { lineStyle: { color: colour("line") } } })),
    series: data.series.map((series, index) => ({
      type: data.lines ? "line" : "bar",
      name: series.name,
      data: series.values,
      xAxisIndex: index,
      yAxisIndex: index,
      barMaxWidth: 18,
      symbolSize: 5,
      itemStyle: { color: colour(index ? "assist" : "brand") },
      lineStyle: { color: colour(index ? "assist" : "brand"), width: 2 },
      tooltip: { valueFormatter: (value) => words(value, series.unit) },
    })),
  });

  const KINDS = { line, bars, stack: bars, pair };

  function draw(box) {
    const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    if (!data.labels.length) return null;
    box.hidden = false;
    if (data.kind === "bars" || data.kind === "stack") box.classList.add(`chart-rows-${Math.min(24, Math.ceil(data.labels.length / 4) * 4)}`);
    const chart = window.echarts.init(box, null, { renderer: "svg" });
    chart.setOption({ ...KINDS[data.kind](data), aria: { enabled: false, decal: { show: false } } });
    scalable(chart);
    return chart;
  }

  // A drawing that knows its size shrinks to the width of the paper (indicators.css).
  function scalable(chart) {
    const drawing = chart.getDom().querySelector("svg");
    drawing.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
  }

  if (!window.echarts) return;
  const charts = [];
  const drawAll = () => charts.push(...[...document.querySelectorAll("[data-chart][hidden]")].map(draw).filter(Boolean));
  drawAll();
  document.addEventListener("htmx:afterSettle", drawAll);
  window.addEventListener("resize", () => charts.forEach((chart) => {
    chart.resize();
    scalable(chart);
  }));
  document.documentElement.dataset.charts = "drawn";
})();
