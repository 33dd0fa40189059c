/** A text as it is searched: without case and accents, so that `sete` finds `Sète`. */
export const foldText = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
