int kc_stdlib_placeholder;
