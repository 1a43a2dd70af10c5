/** Two real public host keys, made for tests; their private parts were thrown away. */
export const KEY_A = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMTeQEoAV/TK7bUDwEAI0seh70ov4CF0mHljyf9aNuaX";
export const KEY_B = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINwHhwkFOuS+veAOtajcn60u/eC9njaxOiKtk88e7j4X";
