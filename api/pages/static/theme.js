// Light or dark, kept in a cookie so that the server paints the right one at once.
function minqingTheme() {
  const dark = !document.body.classList.contains("body--dark");
  document.cookie = `minqing_theme=${dark ? "dark" : "light"}; path=/; max-age=31536000; samesite=strict`;
  Quasar.Dark.set(dark);
}
