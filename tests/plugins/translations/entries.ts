export const HEADER = 'msgid ""\nmsgstr ""\n"Language: xx\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n';

export const entry = (fields: object) => ({ context: null, id: "", plural: null, strings: [], references: ["a.ts"], fuzzy: false, comments: [], ...fields });
