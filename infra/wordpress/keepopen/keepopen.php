<?php
/**
 * Plugin Name: Keepopen
 * Description: Asks readers for support through your Keepopen service: correct facts on every page, places for appeals, and switches for editors.
 * Version: 0.1.0
 * Requires at least: 6.1
 * Requires PHP: 7.4
 * License: GPL-2.0-or-later
 * License URI: https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain: keepopen
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

foreach ( [ 'translations', 'settings', 'marks', 'views', 'facts', 'signed-in', 'snippet', 'places', 'pause' ] as $keepopen_concept ) {
	require __DIR__ . "/$keepopen_concept.php";
}
// REST requests save what the panel edits, so the panel is loaded everywhere and the rest of the back office is not.
require __DIR__ . '/panel.php';
if ( is_admin() ) {
	require __DIR__ . '/posts-list.php';
	require __DIR__ . '/check.php';
	require __DIR__ . '/settings-page.php';
}
