"""The main window: layout, menus, bars."""
