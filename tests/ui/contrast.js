// The contrast (WCAG 2) of the first element of each selector with the nearest opaque ground below it.
(selectors) => {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([red, green, blue]) => {
    const linear = [red, green, blue].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ground = (element) => {
    const colour = rgba(getComputedStyle(element).backgroundColor);
    return colour[3] === 255 || !element.parentElement ? colour : ground(element.parentElement);
  };
  const ratio = (element) => {
    const pair = [luminance(rgba(getComputedStyle(element).color)), luminance(ground(element))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  };
  return Object.fromEntries(selectors.map((selector) => [selector, ratio(document.querySelector(selector))]));
};
