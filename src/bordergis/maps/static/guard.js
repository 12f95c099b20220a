/* Runs before all else and in browsers of any age, so it is written as in 2009: the words for an old browser stand on the page from the
   start, and only a browser that can draw the map takes them away. Where no script runs at all, they stay. */
(function () {
  var enough = 'DecompressionStream' in window && 'hasOwn' in Object; // all else that the page uses is older than these two
  var old = /** @type {HTMLElement} */ (document.getElementById('bg-old'));
  var failed = /** @type {HTMLElement} */ (document.getElementById('bg-failed'));
  old.hidden = enough;
  window.addEventListener('error', function (event) {
    if (!enough || window.bordergis) return; // told already, or the page tells it
    failed.appendChild(document.createTextNode(' ' + event.message));
    failed.hidden = false;
  });
}());
