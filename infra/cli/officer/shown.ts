/** Text from elsewhere as a terminal may show it: nothing in it moves the cursor, hides or turns what stands around it. */
export const shown = (text: string): string =>
  text.replace(/[^\n\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
