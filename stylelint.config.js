// Style sheets must work on Chromium 100. :has() is decoration only (controls.css says where).
export default {
  plugins: ["stylelint-no-unsupported-browser-features"],
  rules: {
    "plugin/no-unsupported-browser-features": [
      true,
      {
        browsers: ["chrome 100"],
        ignorePartialSupport: true,
        ignore: ["css-has"],
      },
    ],
    "block-no-empty": true,
    "color-no-invalid-hex": true,
    "declaration-block-no-duplicate-properties": true,
    "declaration-block-no-shorthand-property-overrides": true,
    "font-family-no-duplicate-names": true,
    "function-disallowed-list": ["color-mix", "light-dark", "oklch", "oklab", "lab", "lch"],
    "media-feature-name-no-unknown": true,
    "no-duplicate-selectors": true,
    "no-invalid-double-slash-comments": true,
    "property-no-unknown": true,
    "selector-pseudo-class-no-unknown": true,
    "selector-type-no-unknown": true,
    "unit-no-unknown": true,
    "max-nesting-depth": 0,
    "at-rule-disallowed-list": ["container", "layer", "scope", "nest"],
  },
};
