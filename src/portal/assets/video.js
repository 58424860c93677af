/* The video facade: nothing is asked of a third party before a click. The button stands where a link to the video
   stands without JavaScript. */
"use strict";
for (const box of document.querySelectorAll("[data-video]")) {
  const link = box.querySelector(".video-open");
  const open = (event) => {
    event.preventDefault();
    const player = document.createElement(box.dataset.kind === "file" ? "video" : "iframe");
    if (box.dataset.kind === "file") {
      player.controls = true;
      player.autoplay = true;
      player.playsInline = true;
    } else {
      player.allow = "autoplay; fullscreen; picture-in-picture; encrypted-media";
      player.allowFullscreen = true;
      player.referrerPolicy = "strict-origin-when-cross-origin";
      player.title = box.dataset.title;
    }
    player.src = box.dataset.video.replace("ORIGIN", encodeURIComponent(location.origin));
    box.replaceChildren(player);
    player.focus();
  };
  link.addEventListener("click", open);
}
