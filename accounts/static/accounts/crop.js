// Shows which part of a new picture is kept. The form works without it.
"use strict";

for (const input of document.querySelectorAll("input[data-crop]")) {
  const [across, down] = input.dataset.crop.split("/").map(Number);
  const place = document.getElementById(`${input.id}_place`);
  const canvas = document.createElement("canvas");
  let picture = null;

  canvas.width = 192 * across;
  canvas.height = 192 * down;
  canvas.className = across > down ? "wide" : "";
  canvas.hidden = true;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", document.querySelector(`label[for="${input.id}"]`).textContent);
  place.closest(".field").before(canvas);

  const draw = () => {
    if (!picture) return;
    // A square lies anywhere on the longer side; a wide part takes the whole width, as on the server.
    const width = across > down ? picture.width : Math.min(picture.width, picture.height);
    const height = Math.min(picture.height, (width * down) / across);
    const part = place.value / 100;
    const from = [(picture.width - width) * part, (picture.height - height) * part];
    canvas.getContext("2d").drawImage(picture, ...from, width, height, 0, 0, canvas.width, canvas.height);
  };

  input.addEventListener("change", async () => {
    picture = input.files[0] ? await createImageBitmap(input.files[0]).catch(() => null) : null;
    canvas.hidden = !picture;
    draw();
  });
  place.addEventListener("input", draw);
}
