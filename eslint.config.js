// Scripts must run on Chromium 100: old kernels of Chinese desktop browsers (package.json, browserslist).
import js from "@eslint/js";
import compat from "eslint-plugin-compat";
import globals from "globals";

export default [
  js.configs.recommended,
  compat.configs["flat/recommended"],
  {
    files: ["complaints_site/static/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "script", globals: globals.browser },
    rules: { "no-var": "error", "prefer-const": "error", eqeqeq: "error", "no-implicit-globals": "error" },
  },
];
