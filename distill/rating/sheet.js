"use strict";
const columns = document.querySelector("meta[name=columns]").content.split(",");

function value(article, column) {
  if (column === "item" || column === "group") return article.dataset[column];
  const inputs = article.querySelectorAll(`input[name="${article.dataset.item}-${column}"]`);
  for (const input of inputs) {
    if (input.type === "text" || input.checked) return input.value;
  }
  return "";
}

function line(cells) {
  return cells.map((text) => '"' + text.replaceAll('"', '""') + '"').join(",") + "\r\n";
}

function save() {
  const articles = [...document.querySelectorAll("article")];
  const lines = [columns, ...articles.map((article) => columns.map((column) => value(article, column)))].map(line);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(lines, { type: "text/csv" }));
  link.download = "ratings.csv";
  link.click();
}

document.getElementById("save").addEventListener("click", save);
