// Makes a program of the Chromium that npm put into a folder, with the libraries and fonts it needs.
//
//     node tests/browser/unpack.mjs FOLDER

import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]);
const home = join(folder, "unpacked");
await mkdir(home, { recursive: true });
process.env.TMPDIR = home; // where the package unpacks itself to

const alias = (name) =>
  `<alias><family>${name}</family><prefer><family>DejaVu Sans</family></prefer></alias>`;

const main = createRequire(join(folder, "x.js")).resolve("@sparticuz/chromium");
const { inflate } = await import(pathToFileURL(main));
const packed = join(dirname(main), "..", "bin");
for (const name of ["chromium.br", "al2023.tar.br", "swiftshader.tar.br"]) {
  await inflate(join(packed, name));
}

await writeFile(
  join(home, "fonts.conf"),
  `<?xml version="1.0"?>
<fontconfig>
  <dir>${join(folder, "node_modules/dejavu-fonts-ttf/ttf")}</dir>
  ${["sans", "sans-serif", "system-ui"].map(alias).join("\n  ")}
  <cachedir>${join(home, "fonts-cache")}</cachedir>
</fontconfig>
`,
);
await writeFile(
  join(folder, "chromium"),
  `#!/bin/sh
export LD_LIBRARY_PATH='${join(home, "al2023/lib")}' FONTCONFIG_FILE='${join(home, "fonts.conf")}'
exec '${join(home, "chromium")}' "$@"
`,
);
await chmod(join(folder, "chromium"), 0o755);
