/** The width of the terms of a card's list, so that what they are about is in one column. */
export const TERMS = { horizontalTermWidthModifier: { default: "9rem" } } as const;
