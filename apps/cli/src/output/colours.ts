import pc from 'picocolors';

/**
 * Colours on a terminal, or where FORCE_COLOR asks for them; never with NO_COLOR. Being on a CI machine alone is
 * no reason: its logs are plain lines.
 */
const { NO_COLOR, FORCE_COLOR } = process.env;
const enabled = !NO_COLOR && Boolean(FORCE_COLOR || process.stdout.isTTY);

export const colours: ReturnType<typeof pc.createColors> = pc.createColors(enabled);
