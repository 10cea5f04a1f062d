<?php
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install( 'The Tide', 'admin', 'admin@tide.example', true, '', 'admin-password' );
update_option( 'permalink_structure', '/%category%/%postname%/' );
update_option( 'active_plugins', [ 'keepopen/keepopen.php' ] );
update_option( 'page_comments', 1 );
update_option( 'comments_per_page', 2 );
update_option( 'posts_per_page', 4 );
