<?php
/**
 * The plugin's words in the reader's or editor's language. A regional variant such as de_AT uses the language's one file.
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

add_filter( 'gettext_keepopen', 'keepopen_translate', 10, 2 );

/** Return the translation of a text. A translation that WordPress itself has loaded wins. */
function keepopen_translate( string $translation, string $text ): string {
	return $translation === $text ? keepopen_messages( substr( determine_locale(), 0, 2 ) )[ $text ] ?? $text : $translation;
}

/** Return the messages of a language, or none if the plugin does not speak it. */
function keepopen_messages( string $language ): array {
	static $messages = [];
	if ( ! isset( $messages[ $language ] ) ) {
		$file                  = __DIR__ . '/languages/' . sanitize_key( $language ) . '.l10n.php';
		$messages[ $language ] = file_exists( $file ) ? ( require $file )['messages'] : [];
	}
	return $messages[ $language ];
}
