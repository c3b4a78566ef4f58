const form = document.getElementById("filter");
const cases = [...document.querySelectorAll(".case")];
const show = () => {
  const grades = [...form.querySelectorAll("[type=checkbox]:checked")].map((box) => box.value);
  const words = form.querySelector("[type=search]").value.toLowerCase();
  for (const one of cases) {
    const text = one.querySelector("summary").textContent.toLowerCase();
    one.hidden = !grades.includes(one.dataset.grade) || !text.includes(words);
  }
};
form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
show();
