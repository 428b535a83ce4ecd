// Light or dark, kept in a cookie: the right one is there before anything is painted, and ◐ changes it.
function minqingShow(dark) {
  document.documentElement.classList.toggle("body--dark", dark);
}

function minqingTheme() {
  const dark = !document.body.classList.contains("body--dark");
  document.cookie = `minqing_theme=${dark ? "dark" : "light"}; path=/; max-age=31536000; samesite=strict`;
  minqingShow(dark);
  Quasar.Dark.set(dark);
}

const minqingKept = (document.cookie.match(/minqing_theme=(\w+)/) || [])[1];
minqingShow(minqingKept ? minqingKept === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
