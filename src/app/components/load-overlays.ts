/** Menus, lists and panels come with a library larger than the rest of the page: it loads once the page is there. */
export const loadOverlays = () => import('./overlays.tsx');
